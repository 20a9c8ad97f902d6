import { generateKeyPairSync } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createGuardOn, type Guard } from '../src/guard.js'
import type { IssuerOptions } from '../src/options.js'
import { Clock, until } from './clock.js'
import { encrypted, recipients } from './encryption.js'
import { type Answer, FakeIssuer, json, paths, text } from './fake-issuer.js'
import { asymmetric, audience, platforms, type Signer, signers } from './tokens.js'

const invalid = { code: 'invalid_token', status: 401 }
const unavailable = { code: 'temporarily_unavailable', status: 503, retryAfter: 5 }

describe.each(platforms)('a guard that asks its issuer, on %s', (_, platform) => {
  let clock: Clock
  let issuer: FakeIssuer
  let guards: Guard[]

  beforeEach(async () => {
    clock = new Clock()
    issuer = await FakeIssuer.start(clock)
    guards = []
  })
  afterEach(async () => {
    for (const guard of guards) guard.close()
    await issuer.stop()
  })

  function make(more: Partial<IssuerOptions> = {}): Guard {
    const options = { issuer: issuer.url, audience, now: clock.now, ...more }
    const guard = createGuardOn(platform, options, clock.schedule)
    guards.push(guard)
    return guard
  }

  async function refusalOf(guard: Guard, token: string): Promise<unknown> {
    return guard.verify(token).then(
      () => undefined,
      (refusal: unknown) => refusal,
    )
  }

  /** Turns the clock, and waits until what that sets going is over. */
  async function turn(seconds: number): Promise<void> {
    await clock.turn(seconds)
    await until(isAtRest)
  }

  /** Both polls wait for their next time, and no flight has a time limit running. */
  function isAtRest(): boolean {
    return clock.waiting.length === 2 && !clock.waiting.includes(5_000)
  }

  /** Turns the clock by half a second at a time until a token gets this answer, or seconds are over. */
  async function turnUntil(guard: Guard, token: string, status: number, seconds: number) {
    for (let turned = 0; turned < seconds; turned += 0.5) {
      await clock.turn(0.5)
      // A guard that has not started has one poll only, and is not waited for.
      await until(isAtRest, 100).catch(() => {})
      const { refusal } = await guard.check(requestWith(token))
      if ((refusal?.status ?? 200) === status) return
    }
    throw new Error(`no ${status} within ${seconds} s`)
  }

  it('calls nobody before its first request, which waits for all that it needs', async () => {
    const guard = make()
    expect(issuer.calls).toEqual([])
    expect((await guard.verify(issuer.token(7))).subject).toBe('user-1')
    expect([...issuer.calls].sort()).toEqual(Object.values(paths).sort())
  })

  it('C08 makes one flight of the first requests, however many there are', async () => {
    const guard = make()
    const answers = Array.from({ length: 50 }, (_, index) => guard.verify(issuer.token(index)))
    await Promise.all([...answers, guard.ready(), guard.ready()])
    expect([...issuer.calls].sort()).toEqual(Object.values(paths).sort())
  })

  it('sees a sign-out within the ttl of the lists, and calls nobody during requests', async () => {
    const guard = make()
    await guard.ready()
    const [ended, changed, other] = [issuer.token(5), issuer.token(6), issuer.token(7)]
    const calls = issuer.calls.length
    for (const token of [ended, changed, other]) {
      for (let round = 0; round < 100; round++) await guard.verify(token)
    }
    expect(issuer.calls.length).toBe(calls)

    issuer.mark(5, 1)
    issuer.mark(6, 3)
    await turnUntil(guard, ended, 401, issuer.listTtl)
    const after = issuer.calls.length
    await expect(guard.verify(ended)).rejects.toMatchObject(invalid)
    await expect(guard.verify(changed)).rejects.toMatchObject({
      ...invalid,
      challenge: 'Bearer error="invalid_token", error_description="claims changed"',
    })
    await expect(guard.verify(other)).resolves.toBeDefined()
    expect(issuer.calls.length).toBe(after)
  })

  it('goes on while the issuer is away, answers 503 after the exp of the list, and recovers', async () => {
    const guard = make()
    const [token, ended] = [issuer.token(5), issuer.token(6)]
    issuer.mark(6, 1)
    await guard.ready()
    await issuer.stop()

    await turn(10)
    clock.jump(issuer.listLife - 10 - 70)
    await expect(guard.verify(token)).resolves.toBeDefined()
    await expect(guard.verify(ended)).rejects.toMatchObject(invalid)

    clock.jump(71)
    await expect(guard.verify(token)).rejects.toMatchObject(unavailable)
    await expect(guard.verify(ended)).rejects.toMatchObject(unavailable)
    const { refusal } = await guard.check(requestWith(token))
    expect(refusal?.headers.get('retry-after')).toBe('5')

    await issuer.start()
    await turnUntil(guard, token, 200, 10)
    await expect(guard.verify(ended)).rejects.toMatchObject(invalid)
  })

  it('answers 503 while it could not start, without waiting again, and recovers', async () => {
    await issuer.stop()
    const faults: Error[] = []
    const guard = make({ onFault: (fault) => faults.push(fault) })
    const token = issuer.token(5)
    await expect(guard.verify(token)).rejects.toMatchObject(unavailable)
    expect(() => guard.authenticate([`Bearer ${token}`])).toThrow(
      expect.objectContaining(unavailable),
    )
    await expect(guard.ready()).rejects.toThrow(`${issuer.url}${paths.metadata}`)
    await clock.turn(12)
    expect(faults.map(({ message }) => message)).toEqual([expect.stringContaining(issuer.url)])

    await issuer.start()
    await turnUntil(guard, token, 200, 10)
    await expect(guard.ready()).resolves.toBeUndefined()
  })

  it('lets no request wait longer than ten seconds, and goes on by itself', async () => {
    const held: (() => void)[] = []
    const slowly = (answer: Answer): Answer => {
      return (request, response) => void held.push(() => answer(request, response))
    }
    issuer.answers.set(paths.metadata, slowly(json(issuer.metadata)))
    issuer.answers.set(paths.keys, slowly(json(issuer.jwks)))
    issuer.answers.set(paths.list, slowly(text(issuer.listToken(0))))
    const guard = make()
    const token = issuer.token(1)
    const answer = refusalOf(guard, token)
    for (const callsSoFar of [1, 2, 3]) {
      await until(() => held.length === callsSoFar)
      clock.jump(4)
      if (callsSoFar < 3) held.at(-1)?.()
    }
    expect(await answer).toMatchObject(unavailable)
    held.at(-1)?.()
    await until(async () => (await refusalOf(guard, token)) === undefined)
  })

  it('refuses a request without a token before it asks anybody', async () => {
    const guard = make()
    expect(() => guard.authenticate([])).toThrow('Not authenticated')
    expect(issuer.calls).toEqual([])
  })

  it('C07 refuses the tokens of a key that is gone within a minute, remembered ones too', async () => {
    const retired = keyOf('another')
    issuer.keys = [signers.EdDSA, retired]
    const guard = make()
    const [old, current] = [issuer.token(5, {}, retired), issuer.token(6)]
    await expect(guard.verify(old)).resolves.toBeDefined()
    await expect(guard.verify(current)).resolves.toBeDefined()
    issuer.keys = [signers.EdDSA]
    await turnUntil(guard, old, 401, 60)
    await expect(guard.verify(current)).resolves.toBeDefined()
  })

  it('C06 takes tokens of a key that was published ahead at once', async () => {
    const next = keyOf('another')
    issuer.keys = [signers.EdDSA, next]
    const guard = make()
    await guard.ready()
    issuer.keys = [next, signers.EdDSA]
    const calls = issuer.calls.length
    await expect(guard.verify(issuer.token(5))).resolves.toBeDefined()
    expect(issuer.calls.length).toBe(calls)
  })

  it('C06 C07 takes every valid token through a hundred rotations, none of a key that is gone', async () => {
    const guard = make()
    await guard.ready()
    for (let round = 0; round < 100; round++) {
      const [current, next] = [issuer.signer, keyOf(`key-${round}`)]
      const old = issuer.token(5)
      issuer.keys = [current, next]
      await keysAreRead()
      await expect(guard.verify(old)).resolves.toBeDefined()
      issuer.keys = [next, current]
      await expect(guard.verify(issuer.token(5))).resolves.toBeDefined()
      await expect(guard.verify(old)).resolves.toBeDefined()
      issuer.keys = [next]
      await keysAreRead()
      await expect(guard.verify(old)).rejects.toMatchObject(invalid)
      await expect(guard.verify(issuer.token(5))).resolves.toBeDefined()
    }
  })

  it('C08 learns of a key that it does not know after its token, and of the next one, too', async () => {
    const guard = make()
    await guard.ready()
    for (const kid of ['second', 'third']) {
      issuer.keys = [keyOf(kid), ...issuer.keys]
      const token = issuer.token(5)
      const calls = issuer.callsOf(paths.keys)
      await expect(guard.verify(token)).rejects.toMatchObject(invalid)
      await until(async () => (await refusalOf(guard, token)) === undefined)
      expect(issuer.callsOf(paths.keys)).toBe(calls + 1)
      await until(isAtRest)
    }
  })

  it('C08 asks once in ten seconds for a key that there is not, however many tokens name one', async () => {
    const guard = make()
    await guard.ready()
    const tokens = Array.from({ length: 20 }, (_, index) =>
      issuer.token(5, {}, keyOf(`stranger-${index}`)),
    )
    for (const calls of [2, 3]) {
      for (const token of tokens) await expect(guard.verify(token)).rejects.toMatchObject(invalid)
      await until(isAtRest)
      for (const token of tokens) await expect(guard.verify(token)).rejects.toMatchObject(invalid)
      await turn(9)
      expect(issuer.callsOf(paths.keys)).toBe(calls)
      await turn(1)
    }
  })

  it('remembers what it verified when the keys are read again and are the same', async () => {
    let checked = 0
    const counting = {
      ...platform,
      publicKey: (...of: Parameters<typeof platform.publicKey>) => {
        const check = platform.publicKey(...of)
        return (...input: Parameters<typeof check>) => {
          if (input[0].length < 2000) checked++
          return check(...input)
        }
      },
    }
    const options = { issuer: issuer.url, audience, now: clock.now }
    const guard = createGuardOn(counting, options, clock.schedule)
    guards.push(guard)
    issuer.lists[0] = Uint8Array.from({ length: 4096 }, (_, index) => (index * 2654435761) >>> 22)
    issuer.mark(5, 0)
    const token = issuer.token(5)
    await guard.verify(token)
    const before = checked
    await turn(31)
    expect(issuer.callsOf(paths.keys)).toBeGreaterThan(1)
    await guard.verify(token)
    expect(checked).toBe(before)
  })

  it('C08 uses keys that it can not read again for five minutes, and then answers 503', async () => {
    const guard = make()
    const token = issuer.token(5)
    await guard.ready()
    issuer.answers.set(paths.keys, json({ keys: [{ ...issuer.jwks.keys[0], d: 'AAAA' }] }))
    await turn(65)
    await expect(guard.verify(token)).resolves.toBeDefined()
    for (let turned = 65; turned < 300; turned += 60) {
      clock.jump(60)
      await turn(3)
    }
    await expect(guard.verify(token)).rejects.toMatchObject(unavailable)
    issuer.answers.delete(paths.keys)
    await turnUntil(guard, token, 200, 10)
  })

  it('refuses every token when the issuer shows no key any more', async () => {
    const guard = make()
    const token = issuer.token(5)
    await guard.verify(token)
    issuer.answers.set(paths.keys, json({ keys: [] }))
    await turnUntil(guard, token, 401, 60)
  })

  it('reads a list that is new before its first token comes', async () => {
    const guard = make()
    await guard.ready()
    issuer.lists.push(new Uint8Array(16))
    await turn(33)
    expect(issuer.callsOf('/status-lists/1')).toBeGreaterThan(0)
    await expect(guard.verify(inList(1))).resolves.toBeDefined()
  })

  it('answers 503 for a list that it has not heard of, and asks for it in the background', async () => {
    const guard = make()
    await guard.ready()
    issuer.lists.push(new Uint8Array(16))
    const token = inList(1)
    const calls = issuer.calls.length
    await expect(guard.verify(token)).rejects.toMatchObject(unavailable)
    expect(issuer.calls.length).toBe(calls)
    await until(async () => (await refusalOf(guard, token)) === undefined)
  })

  it('forgets a list that the issuer no longer names', async () => {
    issuer.lists.push(new Uint8Array(16))
    const guard = make()
    await guard.ready()
    issuer.lists.pop()
    await turn(33)
    const calls = issuer.callsOf('/status-lists/1')
    await turn(10)
    expect(issuer.callsOf('/status-lists/1')).toBe(calls)
  })

  it('asks whether a list has changed, and keeps it with its own exp if not', async () => {
    const guard = make()
    const token = issuer.token(5)
    await guard.ready()
    const etag = 'the-same'
    const list = issuer.listToken(0)
    issuer.answers.set(paths.list, (request, response) => {
      response.setHeader('etag', etag)
      if (request.headers['if-none-match'] === etag) response.writeHead(304).end()
      else response.end(list)
    })
    // Each look is over before the next is due, however slow the machine is.
    for (let turned = 0; turned < 10; turned += 0.5) await turn(0.5)
    const asked = issuer.requests.filter(({ url }) => url === paths.list).slice(-2)
    expect(asked.map(({ headers }) => headers['if-none-match'])).toEqual([etag, etag])
    expect(asked.map(({ headers }) => headers.accept)).toContain('application/statuslist+jwt')
    await expect(guard.verify(token)).resolves.toBeDefined()

    // Past half its life another is wanted, and not a word that this one is the same.
    await until(isAtRest)
    clock.jump(issuer.listLife / 2)
    await turn(3)
    expect(
      issuer.requests.filter(({ url }) => url === paths.list).at(-1)?.headers,
    ).not.toHaveProperty('if-none-match')
    await expect(guard.verify(token)).resolves.toBeDefined()
    clock.jump(issuer.listLife)
    await expect(guard.verify(token)).rejects.toMatchObject(unavailable)
  })

  it('does what is left to do without a new reading once it is closed', async () => {
    const guard = make()
    const token = issuer.token(5)
    await guard.ready()
    guard.close()
    expect(clock.waiting).toEqual([])
    await expect(guard.verify(token)).resolves.toBeDefined()
    const cold = make()
    cold.close()
    await expect(cold.verify(token)).rejects.toMatchObject(unavailable)
    await expect(cold.ready()).rejects.toThrow('closed')
  })

  it.each<[string, object | ((url: string) => object)]>([
    ['no status', { status: undefined }],
    ['a status that is no object', { status: 'valid' }],
    ['no status list', { status: {} }],
    ['no index', (url) => ({ status: { status_list: { uri: `${url}${paths.list}` } } })],
    ['a negative index', (url) => at(`${url}${paths.list}`, -1)],
    ['half an index', (url) => at(`${url}${paths.list}`, 0.5)],
    ['an index as text', (url) => at(`${url}${paths.list}`, '5')],
    ['an index beyond the end of the list', (url) => at(`${url}${paths.list}`, 4096)],
    ['an index beyond every number', (url) => at(`${url}${paths.list}`, 1e300)],
    ['a list of somebody else', at('https://evil.example/status-lists/0', 5)],
    ['a list at another port', at('http://127.0.0.1:1/status-lists/0', 5)],
    ['a list whose address only begins like ours', (url) => at(`${url}.evil.example/x`, 5)],
    ['a list at no address', at('status-lists/0', 5)],
    ['a list with credentials', (url) => at(`${url.replace('//', '//a:b@')}${paths.list}`, 5)],
  ])('refuses a genuine token with %s', async (_, claims) => {
    const guard = make()
    const token = issuer.token(5, typeof claims === 'function' ? claims(issuer.url) : claims)
    await expect(guard.verify(token)).rejects.toMatchObject(invalid)
    expect([...issuer.calls].sort()).toEqual(Object.values(paths).sort())
  })

  it('refuses value 2, which nobody may have', async () => {
    issuer.mark(5, 2)
    await expect(make().verify(issuer.token(5))).rejects.toMatchObject(invalid)
  })

  it('opens encrypted tokens, and holds them against the same keys and lists', async () => {
    const guard = make({ decryptionKey: recipients['P-256'].jwk })
    const sealed = (index: number, signer?: Signer) =>
      encrypted(recipients['P-256'], issuer.token(index, {}, signer))
    issuer.mark(6, 1)
    await expect(guard.verify(await sealed(5))).resolves.toBeDefined()
    for (const token of [await sealed(6), await sealed(5, keyOf('stranger')), issuer.token(5)]) {
      await expect(guard.verify(token)).rejects.toMatchObject(invalid)
    }
  })

  it('B14 works with a clock that is ninety seconds ahead, but takes no token of that age', async () => {
    const guard = make({ now: () => clock.now() + 90_000 })
    const token = issuer.token(5, { exp: clock.now() / 1000 + 61 })
    await expect(guard.verify(token)).resolves.toBeDefined()
    const late = issuer.token(5, { exp: clock.now() / 1000 + 60 })
    await expect(guard.verify(late)).rejects.toMatchObject(invalid)
  })

  it('B14 answers 503, never 401, where its clock is ninety seconds behind, says why, and recovers', async () => {
    const faults: Error[] = []
    let behind = 90_000
    const now = () => clock.now() - behind
    const guard = make({ now, onFault: (fault) => faults.push(fault) })
    const token = issuer.token(5)
    await expect(guard.verify(token)).rejects.toMatchObject(unavailable)
    expect(faults.map(({ message }) => message)).toEqual([expect.stringContaining('future')])
    behind = 0
    await turnUntil(guard, token, 200, 10)
  })

  it('tells each fault once, for as long as it lasts', async () => {
    const faults: Error[] = []
    const guard = make({ onFault: (fault) => faults.push(fault) })
    await guard.ready()
    issuer.answers.set(paths.list, text('', 500))
    await turn(10)
    expect(faults.map(({ message }) => message)).toEqual([
      `${issuer.url}${paths.list}: answered with status 500`,
    ])
    issuer.answers.delete(paths.list)
    await turn(5)
    issuer.answers.set(paths.list, text('', 500))
    await turn(5)
    expect(faults.length).toBe(2)
  })

  async function keysAreRead(): Promise<void> {
    await until(isAtRest)
    const before = issuer.callsOf(paths.keys)
    clock.jump(30)
    await until(() => isAtRest() && issuer.callsOf(paths.keys) > before)
  }

  function inList(list: number): string {
    return issuer.token(0, at(`${issuer.url}/status-lists/${list}`, 3))
  }
})

function keyOf(kid: string): Signer {
  return { ...asymmetric('EdDSA', generateKeyPairSync('ed25519')), kid }
}

function at(uri: string, idx: unknown): object {
  return { status: { status_list: { uri, idx } } }
}

function requestWith(token: string): Request {
  return new Request('https://api.example.com/', { headers: { Authorization: `Bearer ${token}` } })
}
