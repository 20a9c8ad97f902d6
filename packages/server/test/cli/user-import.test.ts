/** `latchkey user import`: the way of our own files, on both databases. */

import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { databases } from '../databases.js'
import { run } from './commands.js'
import { emptyFolder } from './run.js'

vi.setConfig({ testTimeout: 120_000 })

/** In the form of bcrypt; nobody signs in here. */
const hash = '$2b$04$abcdefghijklmnopqrstuuEBUKKDV9k3Vq0m8TnNyK4IvYvnVX0Xa'

function fileOf(lines: readonly (object | string)[]): string {
  const path = join(emptyFolder(), 'users.ndjson')
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)))
  writeFileSync(path, text.map((line) => `${line}\n`).join(''))
  return path
}

for (const { name, url } of databases) {
  describe(`user import on ${name}`, () => {
    it('makes the users of a file, and says of each bad record where it is', async () => {
      const env = { LATCHKEY_DATABASE_URL: await url() }
      const path = fileOf([
        { username: 'ann', email: 'ann@example.com', email_verified: true, password_hash: hash },
        { username: 'bob', scopes: ['items:read'], disabled: true, metadata: { team: 'red' } },
        '{"username": "eve"',
        { username: 'Ann' },
        { username: 'mallory', password_hash: '$2b$31$abcdefghijklmnopqrstuu' },
        { username: 'oscar', password: 'plain' },
      ])
      const rejects = join(emptyFolder(), 'rejects.ndjson')
      const outcome = await run(['user', 'import', path, '--json', '--rejects', rejects], { env })
      expect(outcome.status).toBe(1)
      expect(JSON.parse(outcome.stdout)).toEqual({
        imported: 2,
        present: 0,
        left_out: 4,
        passed_over: {},
        formats: { bcrypt: 1, none: 1 },
        losses: {},
        resumed_at: 0,
        end: 'ended',
      })
      const lines = readFileSync(rejects, 'utf8').trim().split('\n')
      expect(lines.map((line) => JSON.parse(line).left_out.line)).toEqual([3, 4, 5, 6])
      for (const line of [3, 4, 5, 6]) expect(outcome.stderr).toContain(`${path}:${line}: `)
      const shown = await run(['user', 'show', 'bob', '--json'], { env })
      expect(JSON.parse(shown.stdout)).toMatchObject({
        username: 'bob',
        disabled: true,
        scopes: ['account', 'items:read'],
        metadata: { team: 'red' },
      })
      const found = await run(['user', 'list', '--search', 'ann@', '--json'], { env })
      expect(JSON.parse(found.stdout).items).toMatchObject([{ username: 'ann' }])
    })

    it('writes what is left out so that it can be mended and imported', async () => {
      const env = { LATCHKEY_DATABASE_URL: await url() }
      const path = fileOf([
        { username: 'ann', email: 'ann@example.com', email_verified: true },
        '{"username": "eve"',
        { username: 'bob', email: 'ann@example.com', email_verified: true, scopes: ['items:read'] },
        { username: 'bob', disabled: true },
      ])
      const rejects = join(emptyFolder(), 'rejects.ndjson')
      const first = await run(['user', 'import', path, '--json', '--rejects', rejects], { env })
      expect(JSON.parse(first.stdout)).toMatchObject({ imported: 2, left_out: 2 })
      const text = readFileSync(rejects, 'utf8')
      expect(
        text
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line)),
      ).toEqual([
        {
          left_out: {
            file: path,
            line: 2,
            why: 'It is no JSON object',
            text: '{"username": "eve"',
          },
        },
        {
          username: 'bob',
          email: 'ann@example.com',
          email_verified: true,
          scopes: ['items:read'],
          left_out: { file: path, line: 3, why: 'The same name, address or id as at 1' },
        },
      ])
      expect(statSync(rejects).mode & 0o777).toBe(0o600)
      const itself = await run(['user', 'import', rejects, '--rejects', rejects], { env })
      expect(itself).toMatchObject({ status: 1, stderr: expect.stringContaining('of their own') })
      writeFileSync(
        rejects,
        text
          .replace('"username":"bob"', '"username":"robert"')
          .replace('"email_verified":true,', ''),
      )
      const mended = await run(['user', 'import', rejects, '--json'], { env })
      expect(JSON.parse(mended.stdout)).toMatchObject({ imported: 1, present: 0, left_out: 1 })
      const shown = await run(['user', 'show', 'robert', '--json'], { env })
      expect(JSON.parse(shown.stdout)).toMatchObject({ scopes: ['account', 'items:read'] })
    })

    it('G07 leaves out what no user may have, and goes on', async () => {
      const env = { LATCHKEY_DATABASE_URL: await url() }
      const bad = [
        { username: 'a\0b' },
        { username: '\ud800' },
        '{"username":"eve","__proto__":{"disabled":true}}',
        { username: 'x'.repeat(10_000) },
        { username: 'eve', email: 'eve@' },
        { username: 'eve', scopes: ['two words'] },
        { username: 'eve', created_at: 'yesterday' },
        { username: 'eve', disabled: 'perhaps' },
        { username: 'eve', metadata: { text: '\0' } },
        { username: 'eve', metadata: [[[[[[1]]]]]] },
        { username: 'eve', id: 'first-party' },
        { username: 'eve', password_hash: hash.slice(0, -1) },
        { username: 'eve', password_hash: `${hash}\0` },
        { username: 'eve', password_hash: hash.replace('$04$', '$31$') },
        { username: 'eve', password_hash: 'correct horse battery staple' },
        {
          username: 'eve',
          password_hash:
            '$argon2id$v=19$m=4194304,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
        },
        {
          username: 'eve',
          password_hash: `$pbkdf2-sha256$${2 ** 31}$c2FsdA$hsYF68OiOUPdDZ1Fg.fJPeq1h/gXXY7acBp9/6c.tmQ`,
        },
      ]
      const path = fileOf([{ username: 'ann' }, ...bad, { username: 'eve' }])
      const { status, stdout, stderr } = await run(['user', 'import', path, '--json'], { env })
      expect(status).toBe(1)
      expect(JSON.parse(stdout)).toMatchObject({ imported: 2, left_out: bad.length })
      const told = stderr.trimEnd().split('\n')
      expect(told.map((line) => Number(line.slice(path.length + 1).split(':')[0]))).toEqual(
        bad.map((_, index) => index + 2),
      )
      expect(stderr).not.toContain(hash.slice(10, 30))
      expect(stderr).not.toContain('battery')
    })

    it('tells of the first of ten thousand doubles, and counts all', async () => {
      const env = { LATCHKEY_DATABASE_URL: await url() }
      const path = fileOf(Array.from({ length: 10_001 }, () => ({ username: 'ann' })))
      const { stdout, stderr } = await run(['user', 'import', path, '--json'], { env })
      expect(JSON.parse(stdout)).toMatchObject({ imported: 1, present: 0, left_out: 10_000 })
      const told = stderr.trimEnd().split('\n')
      expect(told).toHaveLength(21)
      expect(told[19]).toBe(`${path}:21: The same name, address or id as at 1`)
      expect(told[20]).toMatch(/^and 9980 more/)
    })

    it('says which of a list a record is, where all are in one line', async () => {
      const env = { LATCHKEY_DATABASE_URL: await url() }
      const list = JSON.stringify([
        { username: 'ann' },
        { username: 'x'.repeat(999) },
        { username: 'Ann' },
      ])
      const [path, rejects] = [fileOf([list]), join(emptyFolder(), 'rejects.ndjson')]
      const outcome = await run(['user', 'import', path, '--rejects', rejects], { env })
      expect(outcome.status).toBe(1)
      const [first, second] = outcome.stderr.split('\n')
      expect(first).toMatch(`${path}:1: record 2: `)
      expect(second).toBe(`${path}:1: record 3: The same name, address or id as in record 1`)
      const lines = readFileSync(rejects, 'utf8').trim().split('\n')
      expect(lines.map((line) => JSON.parse(line).left_out)).toMatchObject([
        { line: 1, record: 2 },
        { line: 1, record: 3 },
      ])
    })

    it('takes an edited file for another, however little was changed', async () => {
      const env = { LATCHKEY_DATABASE_URL: await url() }
      const path = fileOf([{ username: 'ann' }, { username: 'eve', dissabled: true }])
      expect((await run(['user', 'import', path], { env })).status).toBe(1)
      writeFileSync(path, readFileSync(path, 'utf8').replace('dissabled', 'disabled'))
      const again = await run(['user', 'import', path, '--json'], { env })
      expect(JSON.parse(again.stdout)).toMatchObject({ imported: 1, present: 1, left_out: 0 })
    })

    it('imports a file once, and what is there already stays', async () => {
      const env = { LATCHKEY_DATABASE_URL: await url() }
      const path = fileOf([{ username: 'ann' }, { username: 'bob' }])
      const trial = await run(['user', 'import', path, '--dry-run'], { env })
      expect(trial).toMatchObject({ status: 0, stdout: expect.stringContaining('Would import 2') })
      expect((await run(['user', 'list'], { env })).stdout).toBe('No users.\n')
      expect((await run(['user', 'import', path], { env })).status).toBe(0)
      const again = await run(['user', 'import', path], { env })
      expect(again.stdout).toContain('imported before')
      const restarted = await run(['user', 'import', path, '--restart', '--json'], { env })
      expect(JSON.parse(restarted.stdout)).toMatchObject({ imported: 0, present: 2, left_out: 0 })
    })
  })
}
