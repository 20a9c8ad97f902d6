/** Contract, section 5: keys that are published ahead, replaced in time, and forgotten. */

import { randomBytes } from 'node:crypto'
import pino from 'pino'
import { describe, expect, it } from 'vitest'
import { Refusal } from '../src/errors.js'
import { openLatchkey } from '../src/latchkey.js'
import { readSettings } from '../src/settings/read.js'
import type { SettingOptions } from '../src/settings/settings.js'
import type { Database } from '../src/store/database.js'
import { databases } from './databases.js'
import {
  day,
  machineServer,
  minute,
  origin,
  published,
  type Rotating,
  second,
  signerOf,
  states,
} from './rotating-server.js'
import { opened } from './signer.js'
import { testServer } from './test-server.js'
import { entries } from './token-requests.js'

for (const database of databases) {
  describe(`key rotation on ${database.name}`, () => {
    async function server(settings = {}): Promise<Rotating> {
      return machineServer({ databaseUrl: await database.url(), ...settings })
    }

    it('C06 publishes the next key for LATCHKEY_KEY_PUBLISH_AHEAD before it signs', async () => {
      const one = await server({ keyPublishAhead: '15m' })
      const early = await one.token()
      const { outcome, key } = await one.latchkey.keyRotation.rotate(false, origin)
      expect(outcome).toBe('made')
      expect(await published(one)).toEqual([signerOf(early), key.row.kid])
      one.pass(15 * minute - second)
      expect(signerOf(await one.token())).toBe(signerOf(early))
      one.pass(2 * second)
      const late = await one.token()
      expect(signerOf(late)).toBe(key.row.kid)
      expect([await one.passes(early), await one.passes(late)]).toEqual([200, 200])
      expect(states(one)).toEqual(['verifying', 'signing'])
    })

    it('with a key waiting does nothing, and with --now lets it sign in a moment', async () => {
      const one = await server()
      const { latchkey } = one
      const first = await latchkey.keyRotation.rotate(false, origin)
      const again = await latchkey.keyRotation.rotate(false, origin)
      expect(again).toMatchObject({ outcome: 'waiting', key: { row: { kid: first.key.row.kid } } })
      // The log is in order by the times of its entries.
      one.pass(second)
      const sooner = await latchkey.keyRotation.rotate(true, origin)
      expect(sooner).toMatchObject({
        outcome: 'promoted',
        key: { row: { kid: first.key.row.kid } },
      })
      one.pass(second)
      const atOnce = await latchkey.keyRotation.rotate(true, origin)
      expect(atOnce.outcome).toBe('waiting')
      expect(states(one)).toEqual(['signing', 'pending'])
      one.pass(5 * second)
      expect(signerOf(await one.token())).toBe(first.key.row.kid)
      const rotations = await entries(one, 'key_rotated')
      expect(rotations.map(({ actor, detail }) => [actor, JSON.parse(detail ?? '')])).toEqual([
        ['test', { kid: first.key.row.kid, algorithm: 'EdDSA', at_once: true }],
        ['test', { kid: first.key.row.kid, algorithm: 'EdDSA', at_once: false }],
      ])
    })

    it('C06 keeps the old key until its last token is over, and forgets it a day later', async () => {
      const one = await server({ accessTokenTtl: '1d', keyRotateEvery: 'off' })
      const { latchkey } = one
      const early = await one.token()
      await latchkey.keyRotation.rotate(true, origin)
      one.pass(2 * second)
      const last = await one.token()
      one.pass(2 * second)
      expect(await published(one)).toHaveLength(2)
      one.pass(day - 4 * second)
      await latchkey.keyRotation.look()
      expect([await one.passes(early), await one.passes(last)]).toEqual([200, 200])
      one.pass(minute)
      expect([await one.passes(early), await one.passes(last)]).toEqual([401, 401])
      expect(await published(one)).toEqual([latchkey.keys.signing.kid])
      expect(states(one)).toEqual(['over', 'signing'])

      one.pass(day + minute)
      await latchkey.keyRotation.look()
      expect(await latchkey.store.keys.list()).toHaveLength(1)
      expect((await entries(one, 'key_forgotten')).map(({ detail }) => detail)).toEqual([
        JSON.stringify({ kid: signerOf(early) }),
      ])
    })

    it('C06 publishes a key of another algorithm ahead, where that is asked for before it is set', async () => {
      const secretKey = randomBytes(32).toString('hex')
      const settings = { databaseUrl: await database.url(), secretKey }
      const one = await machineServer(settings)
      const early = await one.token()
      const { rotation, close } = await commandWith({ ...settings, signingAlgorithm: 'ES256' })
      const { key } = await rotation.rotate(false, origin)
      await close()
      const two = one.beside(await testServer({ ...settings, signingAlgorithm: 'ES256' }))
      expect(await published(two)).toEqual([signerOf(early), key.row.kid])
      await one.latchkey.keyRotation.look()
      for (const server of [one, two]) {
        expect(signerOf(await server.token())).toBe(signerOf(early))
        server.pass(11 * minute)
        const late = await server.token()
        expect(signerOf(late)).toBe(key.row.kid)
        expect([await server.passes(early), await server.passes(late)]).toEqual([200, 200])
      }
    })

    it('of two processes that are set to different algorithms both take what either signs', async () => {
      const databaseUrl = await database.url()
      const one = await machineServer({ databaseUrl })
      const early = await one.token()
      const two = one.beside(await testServer({ databaseUrl, signingAlgorithm: 'ES256' }))
      await one.latchkey.keyRotation.look()
      for (const server of [one, two]) server.pass(second)
      const tokens = [early, await one.token(), await two.token()]
      expect(tokens.map((token) => opened(token).header.alg)).toEqual(['EdDSA', 'ES256', 'ES256'])
      for (const server of [one, two]) {
        for (const token of tokens) expect(await server.passes(token)).toBe(200)
      }
    })

    it('M08 a clock that jumps a day ahead and back takes no key away, and gives none back', async () => {
      const one = await server({ accessTokenTtl: '1d', keyRotateEvery: 'off' })
      const { latchkey } = one
      const stolen = await one.token()
      await latchkey.keyRotation.retire(signerOf(stolen), origin)
      const good = await one.token()
      await latchkey.keyRotation.rotate(true, origin)
      for (const jump of [day + minute, -day - minute, -60 * minute, 60 * minute]) {
        one.pass(jump)
        await latchkey.keyRotation.look()
        expect(await one.passes(stolen)).toBe(401)
        expect(signerOf(await one.token())).not.toBe(signerOf(stolen))
      }
      expect(await one.passes(good)).toBe(200)
    })

    it('by schedule makes one key, however many processes see that it is due', async () => {
      const settings = { databaseUrl: await database.url(), keyRotateEvery: '30d' }
      const first = await machineServer(settings)
      const others = [await testServer(settings), await testServer(settings)]
      const all = [first, ...others]
      const look = () => Promise.all(all.map(({ latchkey }) => latchkey.keyRotation.look()))
      for (const one of all) one.pass(30 * day - minute)
      await look()
      expect(await published(first)).toHaveLength(1)
      for (const one of all) one.pass(2 * minute)
      await look()
      await look()
      for (const one of all) expect(states(one)).toEqual(['signing', 'pending'])
      for (const one of all) one.pass(11 * minute)
      const [, next] = first.latchkey.keys.ring.keys
      for (const { latchkey } of all) expect(latchkey.keys.signing.kid).toBe(next?.row.kid)
      await look()
      for (const one of all) expect(await published(one)).toHaveLength(2)
      expect((await entries(first, 'key_rotated')).map(({ actor }) => actor)).toEqual(['system'])
    })

    it('K06 while the database is away signs and verifies with what it has, and says so once', async () => {
      const reads = new KeyReads()
      const one = await machineServer({ databaseUrl: await database.url() }, reads.around)
      const { keyRotation, keys } = one.latchkey
      const token = await one.token()
      reads.fail(true)
      for (let look = 0; look < 3; look++) await keyRotation.look()
      expect(await one.passes(token)).toBe(200)
      expect(keys.signing.kid).toBe(signerOf(token))
      expect(one.log.filter((line) => line.includes('keys can not be kept'))).toHaveLength(1)
      reads.fail(false)
      await keyRotation.look()
      reads.fail(true)
      await keyRotation.look()
      expect(one.log.filter((line) => line.includes('keys can not be kept'))).toHaveLength(2)
    })

    it('C07 an answer that comes late brings no retired key back', async () => {
      const reads = new KeyReads()
      const one = await machineServer({ databaseUrl: await database.url() }, reads.around)
      const { keyRotation, keys } = one.latchkey
      const token = await one.token()
      const release = reads.holdNext()
      const late = keys.load()
      await keyRotation.retire(signerOf(token), origin)
      release()
      await late
      expect(await one.passes(token)).toBe(401)
    })

    it('with LATCHKEY_KEY_ROTATE_EVERY=off makes none of itself', async () => {
      const one = await server({ keyRotateEvery: 'off' })
      one.pass(4000 * day)
      await one.latchkey.keyRotation.look()
      expect(states(one)).toEqual(['signing'])
    })

    it('one hundred times under load refuses no valid token, in neither of two processes', async () => {
      const settings = { databaseUrl: await database.url(), accessTokenTtl: '1d' }
      const one = await machineServer(settings)
      const two = one.beside(await testServer(settings))
      const both = [one, two]
      const look = () => Promise.all(both.map(({ latchkey }) => latchkey.keyRotation.look()))
      const tokens: string[] = []
      const stolen = new Set<string>()
      const signers = new Set<string>()

      const load = async () => {
        const fresh = await Promise.all(both.map((server) => server.token()))
        const older = [0, 7, 13].flatMap((back) => tokens.at(-1 - back) ?? [])
        for (const token of fresh) {
          signers.add(signerOf(token))
          expect(stolen).not.toContain(signerOf(token))
        }
        const good = [...fresh, ...older].filter((token) => !stolen.has(signerOf(token)))
        for (const server of both) {
          const statuses = await Promise.all(good.map((token) => server.passes(token)))
          expect(statuses).toEqual(good.map(() => 200))
        }
        tokens.push(...fresh)
      }

      for (let round = 0; round < 100; round++) {
        const turn = both[round % 2] ?? one
        const isAtOnce = round % 3 > 0
        await Promise.all([turn.latchkey.keyRotation.rotate(isAtOnce, origin), load(), load()])
        await look()
        await load()
        for (const server of both) server.pass(isAtOnce ? 4 * second : 11 * minute)
        await load()
        if (round % 20 === 19) {
          const { kid } = turn.latchkey.keys.signing
          await turn.latchkey.keyRotation.retire(kid, origin)
          stolen.add(kid)
          const [token] = tokens.filter((token) => signerOf(token) === kid)
          expect(await turn.passes(token ?? '')).toBe(401)
          await look()
          for (const server of both) expect(await server.passes(token ?? '')).toBe(401)
        }
      }
      expect(signers.size).toBeGreaterThan(100)
      for (const token of tokens) {
        expect(await one.passes(token)).toBe(stolen.has(signerOf(token)) ? 401 : 200)
      }
    }, 120_000)
  })
}

/** Latchkey as a command opens it, which never starts. */
async function commandWith(settings: SettingOptions) {
  const log = pino({ level: 'silent' })
  const latchkey = await openLatchkey(readSettings('embedded', {}, settings), { log })
  return { rotation: latchkey.keyRotation, close: () => latchkey.close() }
}

/** Stands between the store and the database where keys are read. */
class KeyReads {
  #fails = false
  #held: Promise<void> | undefined

  fail(fails: boolean): void {
    this.#fails = fails
  }

  /** The answer to the next read waits. @returns lets it go */
  holdNext(): () => void {
    let release = () => {}
    this.#held = new Promise((resolve) => {
      release = resolve
    })
    return release
  }

  readonly around = (database: Database): Database => {
    const reads = this
    return new Proxy(database, {
      get(target, name) {
        if (name === 'read') {
          return (query: Parameters<Database['read']>[0]) =>
            query.sql.includes('"signing_keys"')
              ? reads.#answer(() => target.read(query))
              : target.read(query)
        }
        const value = Reflect.get(target, name, target)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
  }

  async #answer<Rows>(read: () => Promise<Rows>): Promise<Rows> {
    if (this.#fails) throw new Refusal('storage_unavailable')
    const held = this.#held
    this.#held = undefined
    const rows = await read()
    await held
    return rows
  }
}
