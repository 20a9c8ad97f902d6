import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createGuardOn, type Guard } from '../src/guard.js'
import type { GuardOptions } from '../src/options.js'
import { Clock, until } from './clock.js'
import { FakeIssuer, json, paths } from './fake-issuer.js'
import { audience, platforms, secret, signers } from './tokens.js'

const invalid = { code: 'invalid_token', status: 401 }

describe.each(platforms)('a guard that has keys and is given statusLists, on %s', (_, platform) => {
  let clock: Clock
  let issuer: FakeIssuer
  let guard: Guard | undefined

  beforeEach(async () => {
    clock = new Clock()
    issuer = await FakeIssuer.start(clock)
  })
  afterEach(async () => {
    guard?.close()
    await issuer.stop()
  })

  function make(options: (statusLists: string) => GuardOptions): Guard {
    guard = createGuardOn(platform, options(`${issuer.url}${paths.lists}`), clock.schedule)
    return guard
  }

  async function expectSignOutSeen(guard: Guard): Promise<void> {
    const [ended, other] = [issuer.token(5), issuer.token(6)]
    await guard.verify(ended)
    issuer.mark(5, 1)
    await clock.turn(issuer.listTtl)
    await until(() =>
      guard.verify(ended).then(
        () => false,
        () => true,
      ),
    )
    await expect(guard.verify(ended)).rejects.toMatchObject(invalid)
    await expect(guard.verify(other)).resolves.toBeDefined()
    expect(issuer.calls).not.toContain(paths.keys)
    expect(issuer.calls).not.toContain(paths.metadata)
  }

  it('checks revocation beside a key set, and asks for nothing but the lists', async () => {
    const { jwks, url } = issuer
    await expectSignOutSeen(
      make((statusLists) => ({ jwks, issuer: url, audience, now: clock.now, statusLists })),
    )
  })

  it('checks revocation beside a secret, which signs the lists, too', async () => {
    issuer.keys = [signers.HS256]
    issuer.answers.set(paths.keys, json({ keys: [] }))
    const { url } = issuer
    await expectSignOutSeen(
      make((statusLists) => ({
        secret,
        algorithms: ['HS256'],
        issuer: url,
        audience,
        now: clock.now,
        statusLists,
      })),
    )
  })

  it('checks no revocation without them', async () => {
    const { jwks, url } = issuer
    const guard = make(() => ({ jwks, issuer: url, audience, now: clock.now }))
    issuer.mark(5, 1)
    await guard.ready()
    await expect(guard.verify(issuer.token(5, { status: undefined }))).resolves.toBeDefined()
    expect(issuer.calls).toEqual([])
  })

  it('reaches the issuer by the fetch that it is given, heeded signals or not', async () => {
    const { jwks, url } = issuer
    const asked: string[] = []
    const guard = make((statusLists) => ({
      jwks,
      issuer: url,
      audience,
      now: clock.now,
      statusLists,
      fetch: async (input, init) => {
        asked.push(`${init?.redirect} ${input}`)
        if (asked.length === 1) clock.jump(5)
        return fetch(`${input}`, { redirect: 'manual' })
      },
    }))
    await expect(guard.ready()).rejects.toThrow('no whole answer within 5 s')
    await expect(guard.ready()).resolves.toBeUndefined()
    expect(new Set(asked)).toEqual(
      new Set([`manual ${url}${paths.lists}`, `manual ${url}${paths.list}`]),
    )
  })
})
