import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openStore, type Store } from '../store/open.js'
import { Clients, isClientId, scopesFor } from './clients.js'

const lifetimes = { accessToken: 1800, refreshIdle: 86_400, session: 864_000 }
let store: Store
/** Never too many. */
const throttle = { countFailure: async () => {} }
const origin = { actor: 'test' }

beforeAll(async () => {
  store = await openStore('sqlite::memory:')
})
afterAll(() => store.close())

const clients = (firstPartyIsOn = true) =>
  new Clients({ store, throttle, firstPartyIsOn, lifetimes })

describe('Clients', () => {
  it('takes a request without client for one of the built-in client, which may use passwords', async () => {
    const firstParty = { id: 'first-party', confidential: false, lifetimes }
    expect(await clients().authenticate(undefined, origin)).toMatchObject(firstParty)
    expect(await clients().authenticate({ id: 'first-party', secret: '' }, origin)).toMatchObject({
      grants: ['password', 'refresh_token'],
    })
  })

  it.each([
    { id: 'first-party', secret: 'some' },
    { id: 'First-Party', secret: '' },
    { id: 'first-party ', secret: '' },
    { id: 'other', secret: '' },
    { id: 'other', secret: 'some' },
    { id: '__proto__', secret: '' },
  ])('D05 does not take $id with the secret "$secret"', async (credentials) => {
    await expect(clients().authenticate(credentials, origin)).rejects.toThrow(
      'Unknown client, or wrong client secret',
    )
  })

  it('D08 takes nobody for the built-in client when that is switched off', async () => {
    const off = clients(false)
    await expect(off.authenticate(undefined, origin)).rejects.toThrow(/A client must be named/)
    const named = { id: 'first-party', secret: '' }
    await expect(off.authenticate(named, origin)).rejects.toThrow(/Unknown client/)
  })

  it.each(['', ' ', 'a b', 'ä', 'a/b', 'a:b', 'x'.repeat(65), 'a\0'])(
    'has no client called %j',
    (text) => {
      expect(isClientId(text)).toBe(false)
    },
  )
})

describe('scopesFor', () => {
  const client = { id: 'x', confidential: false, grants: [], lifetimes }

  it('A08 leaves what both may have', () => {
    expect(scopesFor({ ...client, scopes: ['a', 'b'] }, ['b', 'c'])).toEqual(['b'])
    expect(scopesFor({ ...client, scopes: undefined }, ['b', 'c'])).toEqual(['b', 'c'])
    expect(scopesFor({ ...client, scopes: [] }, ['b', 'c'])).toEqual([])
  })
})
