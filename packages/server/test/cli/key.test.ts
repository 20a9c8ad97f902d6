/** `latchkey key rotate|retire`, and what `latchkey doctor` says while the master secret changes. */

import { randomBytes } from 'node:crypto'
import { describe, expect, it, vi } from 'vitest'
import { databases } from '../databases.js'
import { published, signerOf } from '../rotating-server.js'
import { entry } from '../store/rows.js'
import { testServer } from '../test-server.js'
import { entries } from '../token-requests.js'
import { run } from './commands.js'
import { emptyFolder } from './run.js'

// Many processes: on a busy machine they take their time.
vi.setConfig({ testTimeout: 120_000 })

const isoTime = '\\d{4}-\\d\\d-\\d\\dT\\S+Z'

for (const database of databases) {
  describe(`latchkey key on ${database.name}`, () => {
    it('publishes, hastens and retires keys of a server that goes on', async () => {
      const databaseUrl = await database.url()
      const secretKey = randomBytes(32).toString('hex')
      const env = { LATCHKEY_DATABASE_URL: databaseUrl, LATCHKEY_SECRET_KEY: secretKey }
      const server = await testServer({ databaseUrl, secretKey })
      await server.addUser()
      const token = await server.signIn()
      const kid = signerOf(token)

      const rotated = await run(['key', 'rotate'], { env })
      expect(rotated).toMatchObject({ status: 0, stderr: '' })
      const [, next = ''] = /^Published (\S+): it signs from \S+Z\.\n$/.exec(rotated.stdout) ?? []
      await expect.poll(() => published(server), { timeout: 30_000 }).toContain(next)
      const [again, listed] = await Promise.all([
        run(['key', 'rotate'], { env }),
        run(['key', 'list'], { env }),
      ])
      expect(again.status).toBe(0)
      expect(again.stdout).toMatch(`${next} is waiting already, and signs from `)
      expect(listed.stdout).toMatch(
        new RegExp(`\\n${next} +EdDSA +\\S+Z +pending, signs from ${isoTime}\\n$`),
      )
      const sooner = await run(['key', 'rotate', '--now', '--json'], { env })
      expect(JSON.parse(sooner.stdout)).toMatchObject({
        outcome: 'promoted',
        key: { kid: next, alg: 'EdDSA', state: 'pending' },
      })
      expect((await server.get('/users/me', token)).statusCode).toBe(200)

      const retired = await run(['key', 'retire', kid, '--now'], { env })
      expect(retired).toMatchObject({ status: 0, stderr: '' })
      expect(retired.stdout).toBe(`Retired ${kid}: its tokens are refused. ${next} signs.\n`)
      const status = async () => (await server.get('/users/me', token)).statusCode
      await expect.poll(status, { timeout: 30_000 }).toBe(401)
      const json = await run(['key', 'retire', kid, '--now', '--json'], { env })
      expect(JSON.parse(json.stdout)).toMatchObject({ retired: kid, signing: { kid: next } })
      const actors = (await entries(server))
        .filter(({ event }) => event === 'key_rotated' || event === 'key_retired')
        .map(({ actor }) => actor)
      expect(actors).toEqual(['cli', 'cli', 'cli'])
    })
  })
}

describe('latchkey key', () => {
  it('retires nothing without --now, and says what rotate does', async () => {
    const env = { LATCHKEY_DATABASE_URL: `sqlite:${emptyFolder()}/latchkey.db` }
    const { status, stdout, stderr } = await run(['key', 'retire', 'x'], { env })
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toMatch(/^error: .* --now .*`latchkey key rotate`, which refuses no token\./)
  })

  it('makes the first key where there is none, and ends with 1 for a key that is not there', async () => {
    const env = { LATCHKEY_DATABASE_URL: `sqlite:${emptyFolder()}/latchkey.db` }
    expect(await run(['key', 'rotate', '--now'], { env })).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^Published /),
    })
    const unknown = await run(['key', 'retire', 'x', '--now'], { env })
    expect(unknown).toEqual({ status: 1, stdout: '', stderr: 'There is no key "x"\n' })
  })

  it('C05 makes no key under a master secret that is not the server’s', async () => {
    const databaseUrl = `sqlite:${emptyFolder()}/latchkey.db`
    const server = await testServer({ databaseUrl })
    const before = await server.latchkey.store.keys.list()
    const env = {
      LATCHKEY_DATABASE_URL: databaseUrl,
      LATCHKEY_SECRET_KEY: randomBytes(32).toString('hex'),
    }
    for (const args of [['rotate'], ['retire', before[0]?.kid ?? '', '--now']]) {
      const refused = await run(['key', ...args], { env })
      expect(refused).toMatchObject({ status: 1, stdout: '' })
      expect(refused.stderr).toMatch(/stored under another master secret/)
    }
    expect(await server.latchkey.store.keys.list()).toEqual(before)
  })

  it('says with HS256 that its secret is a setting', async () => {
    const env = {
      LATCHKEY_DATABASE_URL: `sqlite:${emptyFolder()}/latchkey.db`,
      LATCHKEY_SIGNING_ALGORITHM: 'HS256',
      LATCHKEY_HS256_SECRET: randomBytes(32).toString('hex'),
    }
    const [listed, rotated, retired] = await Promise.all([
      run(['key', 'list'], { env }),
      run(['key', 'rotate'], { env }),
      run(['key', 'retire', 'x', '--now'], { env }),
    ])
    expect(listed).toMatchObject({ status: 0, stdout: expect.stringMatching(/a setting\.\n$/) })
    for (const refused of [rotated, retired]) {
      expect(refused).toMatchObject({ status: 1, stdout: '' })
      expect(refused.stderr).toMatch(/^With HS256 there are no keys to change: .*HS256_SECRET/)
    }
  })
})

describe('latchkey doctor', () => {
  it('says until when tokens of the previous shared secret may be around', async () => {
    const databaseUrl = `sqlite:${emptyFolder()}/latchkey.db`
    const [secretKey, secret] = [randomBytes(32).toString('hex'), randomBytes(32).toString('hex')]
    const env = {
      LATCHKEY_DATABASE_URL: databaseUrl,
      LATCHKEY_SECRET_KEY: secretKey,
      LATCHKEY_HS256_SECRET_PREVIOUS: secret,
    }
    const { latchkey } = await testServer({ databaseUrl, secretKey, hs256SecretPrevious: secret })
    const [waiting] = latchkey.keys.ring.keys
    const first = await run(['doctor'], { env })
    expect(first.stdout).toMatch(/^warn +shared secret: its last tokens are over at \d{4}-.*Z;/m)
    const yesterday = -25 * 60 * 60 * 1000
    if (waiting !== undefined) {
      await latchkey.store.keys.promote(waiting.row.kid, yesterday, entry())
    }
    const second = await run(['doctor'], { env })
    expect(second.stdout).toMatch(/^warn +shared secret: .*_PREVIOUS can be removed$/m)
    for (const { stdout } of [first, second]) expect(stdout).not.toContain(secret)
  })

  it('says whether the previous master secret is needed still, and changes nothing', async () => {
    const databaseUrl = `sqlite:${emptyFolder()}/latchkey.db`
    const [old, next] = [randomBytes(32).toString('hex'), randomBytes(32).toString('hex')]
    const before = await testServer({ databaseUrl, secretKey: old })
    const env = {
      LATCHKEY_DATABASE_URL: databaseUrl,
      LATCHKEY_SECRET_KEY: next,
      LATCHKEY_SECRET_KEY_PREVIOUS: old,
    }
    const rows = await before.latchkey.store.keys.list()
    const first = await run(['doctor'], { env })
    expect(first.stdout).toMatch(
      /^warn +master secret: 3 keys are still under the previous one: a start of the server /m,
    )
    expect(first.stdout).toMatch(/^ok +signing keys: 1, opened by the master secret$/m)
    expect(await before.latchkey.store.keys.list()).toEqual(rows)

    await testServer({ databaseUrl, secretKey: next, secretKeyPrevious: old })
    const second = await run(['doctor'], { env })
    expect(second.stdout).toMatch(
      /^warn +master secret: .*: LATCHKEY_SECRET_KEY_PREVIOUS can be removed$/m,
    )
    for (const { stdout } of [first, second]) {
      expect(stdout).not.toContain(old)
      expect(stdout).not.toContain(next)
    }
  })
})
