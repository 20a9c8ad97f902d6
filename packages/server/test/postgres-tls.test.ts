/** What `sslmode` in LATCHKEY_DATABASE_URL comes to, against a PostgreSQL that has TLS. */

import { chown, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { explain } from '../src/explain.js'
import { openStore } from '../src/store/open.js'
import { selfSigned } from './certificate.js'
import { type PostgresServer, startPostgres } from './postgres-server.js'

describe('TLS to PostgreSQL', () => {
  let folder: string
  let server: PostgresServer
  let admin: pg.Client

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'latchkey-tls-'))
    server = await startPostgres()
    admin = new pg.Client(server.url)
    await admin.connect()
    await turnTlsOn()
  })

  afterAll(async () => {
    await admin?.end()
    await server?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  async function turnTlsOn(): Promise<void> {
    const { rows } = await admin.query('show data_directory')
    const data: string = rows[0].data_directory
    const { certificate, key } = selfSigned('127.0.0.1')
    const client = selfSigned('127.0.0.1', 'certified')
    await writeFile(join(folder, 'root.crt'), certificate)
    await writeFile(join(folder, 'client.crt'), client.certificate)
    await writeFile(join(folder, 'client.key'), client.key)
    await writeOwned(join(data, 'server.crt'), certificate)
    await writeOwned(join(data, 'server.key'), key)
    await writeOwned(join(data, 'clients.crt'), client.certificate)
    const access = await readFile(join(data, 'pg_hba.conf'), 'utf8')
    const certified =
      'hostssl all certified 127.0.0.1/32 cert\nhost all certified 127.0.0.1/32 reject\n'
    await writeOwned(join(data, 'pg_hba.conf'), `${certified}${access}`)
    await admin.query('create role certified login')
    await admin.query("alter system set ssl_ca_file = 'clients.crt'")
    await admin.query('alter system set ssl = on')
    await admin.query('select pg_reload_conf()')
    const isOn = async () => expect((await admin.query('show ssl')).rows[0].ssl).toBe('on')
    await vi.waitFor(isOn, { timeout: 20_000, interval: 20 })
  }

  /** The server reads its key as the user that it runs as, and nobody else may. */
  async function writeOwned(path: string, text: string): Promise<void> {
    await writeFile(path, text, { mode: 0o600 })
    if (process.getuid?.() === 0) await chown(path, 65534, 65534)
  }

  const url = (query: string, host = '127.0.0.1') => {
    const address = new URL(server.url)
    address.hostname = host
    address.password = 'hunter2'
    return `${address.href}?application_name=tls&${query}`
  }

  /** Whether the connection is encrypted, or why there is none. */
  async function outcomeOf(url: string): Promise<boolean | string> {
    try {
      const store = await openStore(url, { migrate: false })
      const { rows } = await admin.query(
        "select ssl from pg_stat_ssl join pg_stat_activity using (pid) where application_name = 'tls'",
      )
      await store.close()
      return rows[0].ssl
    } catch (error) {
      return explain(error)
    }
  }

  const trusting = () => `sslrootcert=${encodeURIComponent(join(folder, 'root.crt'))}`

  it.each(['require', 'verify-ca', 'verify-full'])(
    'by sslmode=%s is to the server that the URL names, or is not',
    async (mode) => {
      expect(await outcomeOf(url(`sslmode=${mode}&${trusting()}`))).toBe(true)
      expect(await outcomeOf(url(`sslmode=${mode}`))).toBe(
        "The database can't be used: self-signed certificate.",
      )
      const elsewhere = await outcomeOf(url(`sslmode=${mode}&${trusting()}`, 'localhost'))
      expect(elsewhere).toMatch(/does not match certificate's altnames/)
      expect(elsewhere).not.toContain('hunter2')
    },
  )

  it('without a check is only what says so', async () => {
    expect(await outcomeOf(url('sslmode=no-verify'))).toBe(true)
    expect(await outcomeOf(url('sslmode=disable'))).toBe(false)
    expect(await outcomeOf(url(''))).toBe(false)
  })

  it('shows a certificate of ours where the server asks for one', async () => {
    const as = (query: string) => url(query).replace('postgres:hunter2@', 'certified@')
    const file = (name: string) => encodeURIComponent(join(folder, name))
    const checked = `sslmode=verify-full&${trusting()}`
    const ours = `&sslcert=${file('client.crt')}&sslkey=${file('client.key')}`
    expect(await outcomeOf(as(checked + ours))).toBe(true)
    expect(await outcomeOf(as(checked))).toMatch(
      /^The database does not let us in: .*valid client certificate/,
    )
    expect(await outcomeOf(as(`sslmode=disable${ours}`))).toMatch(
      /^The database does not let us in: /,
    )
  })

  it('names the file that is not there', async () => {
    const outcome = await outcomeOf(url('sslmode=verify-full&sslrootcert=/not/there'))
    expect(outcome).toMatch(/no such file .*\/not\/there/)
  })
})
