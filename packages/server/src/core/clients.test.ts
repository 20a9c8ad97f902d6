import { describe, expect, it } from 'vitest'
import { Clients, isClientId } from './clients.js'

const clients = new Clients({ firstPartyIsOn: true })

describe('Clients', () => {
  it('takes a request without client for one of the built-in client, which may use passwords', () => {
    const firstParty = { id: 'first-party', grants: ['password'] }
    expect(clients.authenticate(undefined)).toEqual(firstParty)
    expect(clients.authenticate({ id: 'first-party', secret: '' })).toEqual(firstParty)
  })

  it.each([
    { id: 'first-party', secret: 'some' },
    { id: 'First-Party', secret: '' },
    { id: 'first-party ', secret: '' },
    { id: 'other', secret: '' },
    { id: 'other', secret: 'some' },
    { id: '__proto__', secret: '' },
  ])('D05 does not take $id with the secret "$secret"', (credentials) => {
    expect(() => clients.authenticate(credentials)).toThrow(
      'Unknown client, or wrong client secret',
    )
  })

  it('D08 takes nobody for the built-in client when that is switched off', () => {
    const off = new Clients({ firstPartyIsOn: false })
    expect(() => off.authenticate(undefined)).toThrow(/A client must be named/)
    expect(() => off.authenticate({ id: 'first-party', secret: '' })).toThrow(/Unknown client/)
  })

  it('A04 keeps the names of clients from users', () => {
    expect(isClientId('first-party')).toBe(true)
    expect(isClientId('alice')).toBe(false)
  })
})
