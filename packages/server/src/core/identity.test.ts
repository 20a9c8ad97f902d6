import { describe, expect, it } from 'vitest'
import type { Instant, UserId, UserRow } from '../store/schema.js'
import { Identity } from './identity.js'

const loopback = 'http://127.0.0.1:8000'
const plain = {
  issuer: undefined,
  audience: undefined,
  subject: 'id' as const,
  algorithm: 'EdDSA',
}
const alice: UserRow = {
  id: '0123456789abcdef0123456789abcdef' as UserId,
  username: 'Alice',
  username_key: 'alice',
  email: null,
  email_key: null,
  email_verified: 0,
  disabled: 0,
  scopes: '',
  metadata: null,
  admin_metadata: null,
  created_at: 0 as Instant,
  updated_at: 0 as Instant,
}

describe('Identity', () => {
  it('is the loopback address where no issuer was given, as soon as it is known', () => {
    const identity = new Identity(plain, loopback)
    expect(identity).toMatchObject({ issuer: loopback, audience: loopback })
    identity.listensAt('http://127.0.0.1:9000')
    expect(identity.issuer).toBe('http://127.0.0.1:9000')
    expect(identity.audience).toBe('http://127.0.0.1:9000')
  })

  it('D10 is the issuer that was given, wherever it listens', () => {
    const identity = new Identity({ ...plain, issuer: 'https://auth.example.com' }, loopback)
    identity.listensAt('http://127.0.0.1:9000')
    expect(identity.issuer).toBe('https://auth.example.com')
    expect(identity.audience).toBe('https://auth.example.com')
  })

  it('A03 has the audience that was given, in every form', () => {
    const audience = 'https://api.example.com'
    expect(new Identity({ ...plain, audience }, loopback).audience).toBe(audience)
    const compatible = { ...plain, audience, algorithm: 'HS256', subject: 'username' as const }
    expect(new Identity(compatible, loopback).audience).toBe(audience)
  })

  it.each([
    ['EdDSA', 'id', 'at+jwt'],
    ['EdDSA', 'username', 'at+jwt'],
    ['HS256', 'id', 'at+jwt'],
    ['HS256', 'username', 'JWT'],
  ] as const)(
    'A01 with %s and the %s as subject makes tokens of type %s',
    (algorithm, subject, typ) => {
      const identity = new Identity({ ...plain, algorithm, subject }, loopback)
      expect(identity.tokenType).toBe(typ)
      expect(identity.audience).toBe(typ === 'JWT' ? null : loopback)
    },
  )

  it('A04 names a user by id, or by the canonical name, and finds them again', () => {
    const byId = new Identity(plain, loopback)
    expect(byId.subjectOf(alice)).toBe(alice.id)
    expect(byId.userOf(alice.id)).toEqual({ id: alice.id })
    const byName = new Identity({ ...plain, subject: 'username' }, loopback)
    expect(byName.subjectOf(alice)).toBe('alice')
    expect(byName.userOf('alice')).toEqual({ usernameKey: 'alice' })
  })

  it('A04 finds nobody behind a subject that no user can have', () => {
    const byName = new Identity({ ...plain, subject: 'username' }, loopback)
    expect(byName.userOf('al\u200bice')).toEqual({ usernameKey: '' })
  })
})
