import { writeFileSync } from 'node:fs'
import { describe, expect, it, vi } from 'vitest'
import { selfSigned } from '../certificate.js'
import { mailServer } from '../mail-server.js'
import { mailingServer, reset } from '../mailing-server.js'
import { run } from './commands.js'
import { emptyFolder, start } from './run.js'

// Many processes: on a busy machine they take their time.
vi.setConfig({ testTimeout: 120_000 })

describe('latchkey mail', () => {
  it('lists mails and shows one, but never what it says', async () => {
    const databaseUrl = `sqlite:${emptyFolder()}/latchkey.db`
    const server = await mailingServer({ databaseUrl })
    await server.addUser()
    const { id: userId } = await server.latchkey.users.get('alice')
    const to = { address: 'alice@example.com', userId }
    const id = await server.queue('password_reset', reset, to)
    await server.queue('password_changed', { username: 'bob' }, { address: 'bob@example.com' })
    const env = { LATCHKEY_DATABASE_URL: databaseUrl }
    const [all, hers, json, sent, shown, wrong, unknown] = await Promise.all([
      run(['mail', 'list'], { env }),
      run(['mail', 'list', '--user', 'alice', '--json'], { env }),
      run(['mail', 'show', id, '--json'], { env }),
      run(['mail', 'list', '--state', 'sent'], { env }),
      run(['mail', 'show', id], { env }),
      run(['mail', 'list', '--state', 'lost'], { env }),
      run(['mail', 'show', 'f'.repeat(32)], { env }),
    ])
    expect(all.stdout).toMatch(/^MAIL .*\n[0-9a-f]{32} +password_changed +kept +bob@/)
    expect(JSON.parse(hers.stdout).items.map((mail: { id: string }) => mail.id)).toEqual([id])
    expect(JSON.parse(json.stdout)).toMatchObject({ id, kind: 'password_reset', state: 'kept' })
    expect(sent.stdout).toBe('No mails.\n')
    expect(shown.stdout).toMatch(/^kind +password_reset$/m)
    for (const { stdout } of [all, hers, json, shown]) expect(stdout).not.toContain('token')
    expect([wrong.status, unknown.status]).toEqual([2, 1])
    expect(unknown.stderr).toBe('There is no such mail\n')
  })
})

describe('the mail server', () => {
  const { certificate, key } = selfSigned('127.0.0.1')
  const user = { name: 'me', password: 'hunter2hunter2' }

  async function finding(env: Record<string, string>): Promise<string | undefined> {
    const { stdout } = await run(['doctor'], { env: { ...env, LATCHKEY_DATABASE_URL: nowhere() } })
    expect(stdout).not.toContain('hunter2')
    return stdout.split('\n').find((line) => / mail: /.test(line))
  }

  it('is looked at by latchkey doctor: set, answering, believed, and letting us in', async () => {
    const smtp = await mailServer({ tls: { certificate, key, secure: true }, user })
    const place = `127.0.0.1:${smtp.port}`
    const from = { LATCHKEY_MAIL_FROM: 'no-reply@example.com' }
    const right = { ...from, LATCHKEY_SMTP_URL: `smtps://me:hunter2hunter2@${place}` }
    const wrong = { ...from, LATCHKEY_SMTP_URL: `smtps://me:hunter2@${place}` }
    const dead = { ...from, LATCHKEY_SMTP_URL: 'smtp://127.0.0.1:1' }
    const NODE_EXTRA_CA_CERTS = `${emptyFolder()}/certificate.pem`
    writeFileSync(NODE_EXTRA_CA_CERTS, certificate)
    const found = [
      {},
      right,
      { ...right, NODE_EXTRA_CA_CERTS },
      { ...wrong, NODE_EXTRA_CA_CERTS },
      dead,
    ]
    expect(await Promise.all(found.map(finding))).toEqual([
      expect.stringMatching(/^warn +mail: no mail server is set/),
      expect.stringMatching(/^FAIL +mail: .*self-signed certificate/),
      expect.stringMatching(/^ok +mail: the mail server answers/),
      expect.stringMatching(/^FAIL +mail: the mail server answered 535 to AUTH/),
      expect.stringMatching(/^FAIL +mail: .*ECONNREFUSED/),
    ])
  })

  it('is missed by latchkey serve, and the demo says where mails are read', async () => {
    const LATCHKEY_DATABASE_URL = nowhere()
    const inEarnest = {
      LATCHKEY_DATABASE_URL,
      LATCHKEY_SECRET_KEY: '0123456789abcdef'.repeat(4),
      LATCHKEY_ISSUER: 'http://127.0.0.1:8000',
      LATCHKEY_PORT: '0',
    }
    const serving = start(['serve'], { env: inEarnest })
    await serving.until(/"listening"/)
    expect(serving.printed()).toMatch(/no mail server is set/)
    const demo = start(['demo'], { env: { LATCHKEY_DATABASE_URL: nowhere(), LATCHKEY_PORT: '0' } })
    await demo.until(/mails +http:\/\/localhost:\d+\/console\/mails/)
    await demo.until(/curl .*\/users\/me/)
    expect(demo.printed()).not.toMatch(/no mail server is set, so/)
  })
})

function nowhere(): string {
  return `sqlite:${emptyFolder()}/latchkey.db`
}
