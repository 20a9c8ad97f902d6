/** `latchkey audit`, and what `latchkey doctor` says of the audit log (checklist K04). */

import { appendFileSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { describe, expect, it, vi } from 'vitest'
import type { Instant, UserId } from '../../src/store/schema.js'
import { type AuditedServer, auditedServer, fill, tamper } from '../audit-log.js'
import { databases } from '../databases.js'
import { run } from './commands.js'
import { emptyFolder, start } from './run.js'

// Many processes: on a busy machine they take their time.
vi.setConfig({ testTimeout: 120_000 })

const secretKey = '0123456789abcdef'.repeat(4)

interface Served {
  server: AuditedServer
  env: Record<string, string>
}

async function served(databaseUrl: string): Promise<Served> {
  const server = await auditedServer(databaseUrl, { secretKey })
  const env = { LATCHKEY_DATABASE_URL: databaseUrl, LATCHKEY_SECRET_KEY: secretKey }
  return { server, env }
}

function idsIn(text: string): string[] {
  expect(text.endsWith('\n')).toBe(true)
  return text
    .slice(0, -1)
    .split('\n')
    .map((line) => JSON.parse(line).id)
}

async function auditFindings(env: Record<string, string>, ...more: string[]) {
  const { status, stdout } = await run(['doctor', '--json', ...more], { env })
  const all: { check: string; verdict: string; detail: string }[] = JSON.parse(stdout).findings
  const found = all.filter(({ check }) => check === 'audit log')
  return {
    status,
    verdicts: [...new Set(found.map(({ verdict }) => verdict))],
    details: found.map(({ detail }) => detail),
  }
}

for (const database of databases) {
  describe(`latchkey doctor on an audit log in ${database.name}`, () => {
    it('K04 names each entry that was changed in any of its fields, added, taken out or swapped', async () => {
      const { server, env } = await served(await database.url())
      await server.seal()
      const rows = await fill(server, 16, () => ({ detail: '{"a":1}' }))
      await server.seal()
      const [other] = await fill(server, 1)
      await server.seal()
      const whole = await auditFindings(env)
      expect(whole.verdicts).toEqual(['holds'])
      const [, head = ''] = /the head is (3:[\w-]{43})$/.exec(whole.details[0] ?? '') ?? []

      const id = (index: number) => rows[index]?.id ?? ''
      const changes = [
        "event = 'sign_in'",
        'at = at + 1',
        "user_id = 'x'",
        "session_id = 'x'",
        "client_id = ''",
        "actor = 'cli'",
        "address = '203.0.113.7'",
        "request_id = ''",
        `detail = '{"a":2}'`,
        'detail = null',
      ]
      for (const [index, change] of changes.entries()) {
        await tamper(server, `update audit set ${change} where id = '${id(index)}'`)
      }
      await tamper(server, `update audit set id = 'renamed' where id = '${id(10)}'`)
      await tamper(server, `delete from audit where id = '${id(11)}'`)
      await tamper(server, `update audit set seal = 3 where id = '${id(12)}'`)
      await tamper(server, `update audit set seal = 2 where id = '${other?.id}'`)
      await tamper(
        server,
        `insert into audit (id, at, event, actor, seal) values ('forged', 1, 'sign_in', 'cli', 2)`,
      )
      const found = await auditFindings(env)
      expect(found).toMatchObject({ status: 1, verdicts: ['fails'] })
      expect(found.details.toSorted()).toEqual(
        [
          ...changes.map((_, index) => `seal 2: entry ${id(index)} was changed`),
          `seal 2: entry ${id(10)} is gone`,
          'seal 2: entry renamed was added',
          `seal 2: entry ${id(11)} is gone`,
          `seal 2: entry ${id(12)} is gone`,
          `seal 3: entry ${id(12)} was added`,
          `seal 2: entry ${other?.id} was added`,
          `seal 3: entry ${other?.id} is gone`,
          'seal 2: entry forged was added',
        ].toSorted(),
      )

      await tamper(server, 'delete from audit where seal >= 2')
      await tamper(server, 'delete from audit_seals where number >= 2')
      const cut = await Promise.all([auditFindings(env), auditFindings(env, '--audit-head', head)])
      expect(cut.map(({ verdicts }) => verdicts)).toEqual([['holds'], ['fails']])
      expect(cut[1]?.details[0]).toMatch(
        /^seal 3: it was kept and is missing: the log ends at seal 1/,
      )
    })

    it('warns of what waits for its seal, and says where it can not tell', async () => {
      const { server, env } = await served(await database.url())
      await server.seal()
      await fill(server, 1, () => ({ at: (Date.now() - 120_000) as Instant }))
      const waiting = await auditFindings(env)
      expect(waiting.verdicts).toEqual(['holds', 'warns'])
      expect(waiting.details[1]).toMatch(/^entries since \S+Z have no seal/)
      const wrong = await auditFindings({ ...env, LATCHKEY_SECRET_KEY: 'f'.repeat(64) })
      expect(wrong).toMatchObject({ status: 1, verdicts: ['fails'] })
      expect(wrong.details[0]).toMatch(
        /^its seals can not be verified here: .*another master secret/,
      )
    })
  })

  describe(`latchkey audit on ${database.name}`, () => {
    it('lists and exports what a user did, of one kind, from a time on', async () => {
      const { server, env } = await served(await database.url())
      await server.addUser()
      await server.signIn()
      await server.postForm('/token', { username: 'alice', password: 'wrong' })
      const old = (Date.now() - 86_400_000) as Instant
      await fill(server, 1, () => ({ at: old, event: 'sign_in', user_id: 'gone' as UserId }))
      await server.seal()
      const [list, text, failed, recent, gone, since] = await Promise.all([
        run(['audit', 'list', '--user', 'alice', '--json'], { env }),
        run(['audit', 'list', '--limit', '1'], { env }),
        run(['audit', 'list', '--event', 'sign_in_failed', '--json'], { env }),
        run(['audit', 'list', '--event', 'sign_in', '--since', '12h', '--json'], { env }),
        run(['audit', 'export', '--user-id', 'gone'], { env }),
        run(['audit', 'export', '--since', new Date(Date.now() - 3_600_000).toISOString()], {
          env,
        }),
      ])
      expect(JSON.parse(list.stdout).items.map(({ event }: { event: string }) => event)).toEqual(
        expect.arrayContaining(['sign_in', 'sign_in_failed', 'user_created']),
      )
      expect(text.stdout).toMatch(/^TIME +EVENT +USER ID +CLIENT +BY +ADDRESS +DETAIL\n/)
      expect(text.stdout).toMatch(/\nThere are more: add --cursor \S+\n$/)
      expect(JSON.parse(failed.stdout).items).toHaveLength(1)
      expect(JSON.parse(recent.stdout).items).toHaveLength(1)
      expect(idsIn(gone.stdout)).toHaveLength(1)
      expect(idsIn(since.stdout).length).toBeGreaterThan(2)
      expect(since.stdout).not.toContain('"gone"')
    })
  })
}

describe('latchkey audit export', () => {
  const newUrl = () => `sqlite:${emptyFolder()}/latchkey.db`

  it('goes on with a file where it was cut off, without loss or doubles', async () => {
    const { server, env } = await served(newUrl())
    await fill(server, 1_500)
    await server.seal()
    const file = `${emptyFolder()}/audit.ndjson`
    const args = ['audit', 'export', '--output', file]
    expect(await run(args, { env })).toEqual({ status: 0, stdout: '', stderr: '' })
    const all = readFileSync(file, 'utf8')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(idsIn(all).length).toBeGreaterThan(1_500)
    for (const length of [0, 10, Math.floor(all.length / 2), all.length - 1]) {
      truncateSync(file, length)
      expect(await run(args, { env })).toMatchObject({ status: 0 })
      expect(readFileSync(file, 'utf8')).toBe(all)
    }
    await fill(server, 5)
    await server.seal()
    await run(args, { env })
    const longer = readFileSync(file, 'utf8')
    expect(longer.startsWith(all)).toBe(true)
    expect(idsIn(longer)).toHaveLength(idsIn(all).length + 5)
    const { cursor } = JSON.parse(all.slice(0, -1).split('\n').at(-1) ?? '')
    const rest = await run(['audit', 'export', '--cursor', cursor], { env })
    expect(all + rest.stdout).toBe(longer)
  })

  it('leaves a file alone that is none of its own, and refuses what it can not read', async () => {
    const { env } = await served(newUrl())
    const file = `${emptyFolder()}/other.txt`
    writeFileSync(file, 'precious\n')
    const foreign = await run(['audit', 'export', '--output', file], { env })
    expect(foreign).toMatchObject({ status: 1, stdout: '' })
    expect(foreign.stderr).toContain('is not an export of the audit log')
    appendFileSync(file, 'and not a line')
    await run(['audit', 'export', '--output', file], { env })
    expect(readFileSync(file, 'utf8')).toBe('precious\nand not a line')
    writeFileSync(file, 'precious')
    expect(await run(['audit', 'export', '--output', file], { env })).toMatchObject({ status: 1 })
    expect(readFileSync(file, 'utf8')).toBe('precious')
    const [cursor, both, when, user, head] = await Promise.all([
      run(['audit', 'export', '--cursor', 'x'], { env }),
      run(['audit', 'export', '--cursor', 'x', '--output', file], { env }),
      run(['audit', 'list', '--since', 'yesterday'], { env }),
      run(['audit', 'list', '--user', 'nobody'], { env }),
      run(['doctor', '--audit-head', '1:x'], { env }),
    ])
    const results = [cursor, both, when, user, head]
    expect(results.map(({ status }) => status)).toEqual([1, 2, 2, 1, 2])
    for (const { stdout, stderr } of results)
      expect([stdout, stderr]).toEqual(['', expect.any(String)])
  })

  it('takes no more memory for very many entries', async () => {
    const { server, env } = await served(newUrl())
    // Held at once they would take more than the process may have.
    const detail = JSON.stringify({ text: 'x'.repeat(4_000) })
    await fill(server, 12_000, () => ({ detail }))
    for (let run = 0; run < 2; run++) await server.seal()
    expect(await server.latchkey.store.audit.unsealed(1)).toEqual([])
    const file = `${emptyFolder()}/audit.ndjson`
    const small = { ...env, NODE_OPTIONS: '--max-old-space-size=40' }
    const exported = await run(['audit', 'export', '--output', file], { env: small })
    expect(exported).toMatchObject({ status: 0, stderr: '' })
    expect(statSync(file).size).toBeGreaterThan(48_000_000)
    const { verdicts } = await auditFindings(small)
    expect(verdicts).toEqual(['holds'])
  })

  it('follows what is sealed until it is stopped, and stops when nobody reads', async () => {
    const { server, env } = await served(newUrl())
    await fill(server, 1, () => ({ event: 'early' }))
    await server.seal()
    const following = start(['audit', 'export', '--follow'], { env })
    await following.until(/"event":"early".*\n/)
    await fill(server, 1, () => ({ event: 'later' }))
    await server.seal()
    await following.until(/"event":"later".*\n/)
    expect(await following.stop('SIGINT')).toBe(0)
    const unheard = await run(['audit', 'export', '--follow'], { env, deaf: true })
    expect(unheard).toMatchObject({ status: 0, stderr: '' })
  })
})
