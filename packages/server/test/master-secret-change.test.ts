/** Contract, section 5: the master secret changes, and nobody is signed out. */

import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { KeyWrap } from '../src/core/key-wrap.js'
import { openDatabase, type Store } from '../src/store/open.js'
import { tables } from '../src/store/schema.js'
import { databases } from './databases.js'
import { origin } from './rotating-server.js'
import { alice, type TestServer, testServer } from './test-server.js'
import { alive, entries, guardedStatuses, refreshed, signedIn } from './token-requests.js'

function secret(): string {
  return randomBytes(32).toString('hex')
}

/** Whose master secret each key is under: its id, and how many keys. */
async function secretIds(store: Store): Promise<string[]> {
  const wrapped = [
    ...(await store.keys.list()).map((row) => row.wrapped_private_key),
    ...(await store.refreshKeys.list()).map((row) => row.wrapped_key),
    ...(await store.auditKeys.list()).map((row) => row.wrapped_key),
  ]
  return wrapped.map((text) => text.split('.')[1] ?? '')
}

function idOf(secretKey: string): string {
  return new KeyWrap(Buffer.from(secretKey, 'hex')).id
}

for (const database of databases) {
  describe(`changing the master secret on ${database.name}`, () => {
    it('C05 signs nobody out, and needs the old one no more', async () => {
      const databaseUrl = await database.url()
      const [old, next] = [secret(), secret()]
      const before = await testServer({ databaseUrl, secretKey: old })
      await before.addUser()
      const tokens = await signedIn(before)
      await before.latchkey.keyRotation.rotate(false, origin)
      await before.app.close()

      const during = await testServer({ databaseUrl, secretKey: next, secretKeyPrevious: old })
      expect(await secretIds(during.latchkey.store)).toEqual(Array(4).fill(idOf(next)))
      expect(await guardedStatuses(during, tokens.access_token)).toEqual(alive)
      const more = await refreshed(during, tokens.refresh_token)
      const [event, ...others] = await entries(during, 'keys_rewrapped')
      expect([event?.actor, event?.detail, others]).toEqual(['system', '{"keys":4}', []])
      await during.app.close()

      const after = await testServer({ databaseUrl, secretKey: next })
      expect(await guardedStatuses(after, more.access_token)).toEqual(alive)
      expect(
        await guardedStatuses(after, (await refreshed(after, more.refresh_token)).access_token),
      ).toEqual(alive)
      await after.app.close()
      await expect(testServer({ databaseUrl, secretKey: old })).rejects.toThrow(
        'stored under another master secret',
      )
    })

    it('M06 is done once by several processes that start at the same moment', async () => {
      const databaseUrl = await database.url()
      const [old, next] = [secret(), secret()]
      const before = await testServer({ databaseUrl, secretKey: old })
      await before.addUser()
      const { access_token: token } = await signedIn(before)
      await before.app.close()
      const settings = { databaseUrl, secretKey: next, secretKeyPrevious: old }
      const all = await Promise.all([1, 2, 3].map(() => testServer(settings)))
      for (const server of all) expect(await guardedStatuses(server, token)).toEqual(alive)
      const [first] = all
      expect(first && (await entries(first, 'keys_rewrapped'))).toHaveLength(1)
    })

    it('leaves a process that has the old one only at work, but makes it no keys', async () => {
      const databaseUrl = await database.url()
      const [old, next] = [secret(), secret()]
      const left = await testServer({ databaseUrl, secretKey: old })
      await left.addUser()
      const changed = await testServer({ databaseUrl, secretKey: next, secretKeyPrevious: old })
      await left.latchkey.keyRotation.look()
      expect(left.log.join('')).toContain('stored under another master secret')
      await expect(left.latchkey.keyRotation.rotate(true, origin)).rejects.toThrow(
        'stored under another master secret',
      )
      await changed.latchkey.keyRotation.rotate(true, origin)
      await left.latchkey.keyRotation.look()
      for (const server of [left, changed]) server.pass(5_000)
      const tokens = [await left.signIn(), await changed.signIn()]
      for (const server of [left, changed]) {
        for (const token of tokens) expect(await guardedStatuses(server, token)).toEqual(alive)
      }
      // Its key is over by then: it gives no tokens that nobody would take.
      left.pass(25 * 3_600_000)
      expect((await left.postForm('/token', alice)).statusCode).toBe(503)
    })

    it('is refused with a previous one that is not the right one either, and changes nothing', async () => {
      const databaseUrl = await database.url()
      const before = await testServer({ databaseUrl })
      const ids = await secretIds(before.latchkey.store)
      const wrong = { databaseUrl, secretKey: secret(), secretKeyPrevious: secret() }
      await expect(testServer(wrong)).rejects.toThrow('stored under another master secret')
      expect(await secretIds(before.latchkey.store)).toEqual(ids)
    })

    it('works with HS256 too, whose refresh tokens have keys', async () => {
      const databaseUrl = await database.url()
      const hs256 = { databaseUrl, signingAlgorithm: 'HS256', hs256Secret: secret() }
      const [old, next] = [secret(), secret()]
      const before = await testServer({ ...hs256, secretKey: old })
      await before.addUser()
      const tokens = await signedIn(before)
      await before.app.close()
      const settings = { ...hs256, secretKey: next, secretKeyPrevious: old }
      const after = await testServer(settings)
      await refreshed(after, tokens.refresh_token)
      expect(await secretIds(after.latchkey.store)).toEqual([idOf(next), idOf(next)])
    })

    it('C05 a dump of the database holds nothing that signs, before, while and after', async () => {
      const databaseUrl = await database.url()
      const [old, next] = [secret(), secret()]
      const before = await testServer({ databaseUrl, secretKey: old, signingAlgorithm: 'RS256' })
      await before.latchkey.keyRotation.rotate(true, origin)
      await before.latchkey.keyRotation.retire(before.latchkey.keys.signing.kid, origin)
      const secrets = await keysInMemory(before, old)
      await expectNoneIn(databaseUrl, secrets)
      await testServer({ databaseUrl, secretKey: next, secretKeyPrevious: old })
      await expectNoneIn(databaseUrl, [...secrets, Buffer.from(next, 'hex')])
    })
  })
}

/** What must be in no column: the parts of every private key, and the master secret. */
async function keysInMemory({ latchkey }: TestServer, secretKey: string): Promise<Buffer[]> {
  const wrap = new KeyWrap(Buffer.from(secretKey, 'hex'))
  const privateKeys = (await latchkey.store.keys.list()).flatMap(({ kid, algorithm, ...row }) => {
    const text = wrap.unwrap(row.wrapped_private_key, `signing-key:${kid}:${algorithm}`)
    const { d, p, q, dp, dq, qi } = JSON.parse(text)
    return [d, p, q, dp, dq, qi].map((part) => Buffer.from(part, 'base64url'))
  })
  const refreshKeys = (await latchkey.store.refreshKeys.list()).map(({ id, wrapped_key }) =>
    Buffer.from(wrap.unwrap(wrapped_key, `refresh-key:${id}`), 'base64url'),
  )
  expect(privateKeys).toHaveLength(12)
  const auditKeys = (await latchkey.store.auditKeys.list()).map(({ id, wrapped_key }) =>
    Buffer.from(wrap.unwrap(wrapped_key, `audit-key:${id}`), 'base64url'),
  )
  expect([refreshKeys.length, auditKeys.length]).toEqual([1, 1])
  return [...privateKeys, ...refreshKeys, ...auditKeys, Buffer.from(secretKey, 'hex')]
}

/** Every column of every table, in the spellings that somebody would try. */
async function expectNoneIn(databaseUrl: string, secrets: Buffer[]): Promise<void> {
  const database = await openDatabase(databaseUrl, Date.now)
  const rows = await Promise.all(
    tables.map((table) =>
      database.read(sql`select * from ${sql.table(table)}`.compile(database.build)),
    ),
  )
  await database.close()
  const texts = rows.flat().flatMap((row) => Object.values(row as object).map(String))
  const pieces = texts.flatMap((text) => text.split(/[^\w+/=-]+/))
  const bytes = [...texts, ...pieces].flatMap((text) =>
    (['utf8', 'base64url', 'hex'] as const).map((encoding) => Buffer.from(text, encoding)),
  )
  for (const one of secrets) {
    const spelled = ['hex', 'base64', 'base64url'].map((encoding) =>
      one.toString(encoding as BufferEncoding).replace(/=+$/, ''),
    )
    for (const text of texts) {
      for (const spelling of spelled) expect(text.includes(spelling)).toBe(false)
    }
    expect(bytes.some((each) => each.includes(one))).toBe(false)
  }
}
