/** Contract, section 5: a key in somebody else's hands is of no use within a minute. */

import { describe, expect, it } from 'vitest'
import { databases } from './databases.js'
import {
  machineServer,
  minute,
  origin,
  published,
  type Rotating,
  second,
  signerOf,
  states,
} from './rotating-server.js'
import { testServer } from './test-server.js'
import { entries, refreshed, signedIn } from './token-requests.js'

for (const database of databases) {
  describe(`key retirement on ${database.name}`, () => {
    async function pair(settings = {}): Promise<[Rotating, Rotating]> {
      const both = { databaseUrl: await database.url(), ...settings }
      const one = await machineServer(both)
      return [one, one.beside(await testServer(both))]
    }

    it('C07 B17 refuses tokens that were seen before: here at once, elsewhere at the next look', async () => {
      const [one, two] = await pair()
      const token = await one.token()
      expect([await one.passes(token), await two.passes(token)]).toEqual([200, 200])
      await one.latchkey.keyRotation.retire(signerOf(token), origin)
      expect(await one.passes(token)).toBe(401)
      // Each looks of itself every second.
      await expect.poll(() => two.passes(token), { timeout: 30_000 }).toBe(401)
      for (const server of [one, two]) {
        expect(await published(server)).not.toContain(signerOf(token))
        server.pass(second)
        const fresh = await server.token()
        expect(signerOf(fresh)).not.toBe(signerOf(token))
        expect([await one.passes(fresh), await two.passes(fresh)]).toEqual([200, 200])
      }
    })

    it('signs nobody out: sessions are refreshed under the next key', async () => {
      const [one] = await pair()
      await one.addUser()
      const tokens = await signedIn(one)
      await one.latchkey.keyRotation.retire(signerOf(tokens.access_token), origin)
      expect(await one.passes(tokens.access_token)).toBe(401)
      const next = await refreshed(one, tokens.refresh_token)
      expect(await one.passes(next.access_token)).toBe(200)
    })

    it('lets the key that waits sign at once, and is one entry of the log', async () => {
      const [one] = await pair()
      const first = one.latchkey.keys.signing.kid
      const { key } = await one.latchkey.keyRotation.rotate(false, origin)
      // Keys stand in the order in which they began to sign.
      one.pass(second)
      const signing = await one.latchkey.keyRotation.retire(first, origin)
      expect(signing.row.kid).toBe(key.row.kid)
      one.pass(second)
      expect(signerOf(await one.token())).toBe(key.row.kid)
      expect(states(one)).toEqual(['retired', 'signing'])
      const [event] = await entries(one, 'key_retired')
      expect(event?.actor).toBe('test')
      expect(JSON.parse(event?.detail ?? '')).toEqual({ kid: first, successor: key.row.kid })
    })

    it('of a key that waits, or only verifies, leaves the one that signs', async () => {
      const [one] = await pair()
      const { keyRotation } = one.latchkey
      const old = await one.token()
      await keyRotation.rotate(true, origin)
      one.pass(4 * second)
      const current = await one.token()
      const { key: waiting } = await keyRotation.rotate(false, origin)
      await keyRotation.retire(waiting.row.kid, origin)
      await keyRotation.retire(signerOf(old), origin)
      expect(states(one)).toEqual(['retired', 'signing', 'retired'])
      one.pass(20 * minute)
      expect([await one.passes(old), await one.passes(current)]).toEqual([401, 200])
      expect(signerOf(await one.token())).toBe(signerOf(current))
      // Its place is free: the next one may come.
      expect((await keyRotation.rotate(false, origin)).outcome).toBe('made')
    })

    it('a second time changes nothing, and of an unknown key is refused', async () => {
      const [one] = await pair()
      const { keyRotation, keys } = one.latchkey
      const { kid } = keys.signing
      const signing = await keyRotation.retire(kid, origin)
      expect((await keyRotation.retire(kid, origin)).row.kid).toBe(signing.row.kid)
      expect(await entries(one, 'key_retired')).toHaveLength(1)
      await expect(keyRotation.retire('__proto__', origin)).rejects.toMatchObject({
        code: 'key_unknown',
      })
    })

    it('M06 of all keys at the same moment by two processes leaves one that signs at both', async () => {
      const [one, two] = await pair()
      await one.latchkey.keyRotation.rotate(false, origin)
      await two.latchkey.keyRotation.look()
      const all = await published(one)
      expect(all).toHaveLength(2)
      await Promise.all(
        [one, two].flatMap(({ latchkey }) =>
          all.map((kid) => latchkey.keyRotation.retire(kid, origin)),
        ),
      )
      for (const server of [one, two]) await server.latchkey.keyRotation.look()
      for (const server of [one, two]) {
        server.pass(second)
        const token = await server.token()
        expect(all).not.toContain(signerOf(token))
        expect([await one.passes(token), await two.passes(token)]).toEqual([200, 200])
      }
    })
  })
}
