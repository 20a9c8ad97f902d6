import { describe, expect, it } from 'vitest'
import { isOfIssuer, issuerUrl } from './issuer-url.js'

describe('an issuer that is asked', () => {
  it.each([
    ['https://a.example', 'https://a.example/.well-known/oauth-authorization-server'],
    ['https://a.example/', 'https://a.example/.well-known/oauth-authorization-server'],
    [
      'https://a.example:8443/x/y',
      'https://a.example:8443/.well-known/oauth-authorization-server/x/y',
    ],
    ['https://a.example/x/', 'https://a.example/.well-known/oauth-authorization-server/x'],
    ['http://127.0.0.1:8000', 'http://127.0.0.1:8000/.well-known/oauth-authorization-server'],
    ['http://127.8.9.1', 'http://127.8.9.1/.well-known/oauth-authorization-server'],
    ['http://[::1]:80', 'http://[::1]/.well-known/oauth-authorization-server'],
    ['http://localhost', 'http://localhost/.well-known/oauth-authorization-server'],
  ])('%s has its metadata at %s', (name, metadata) => {
    expect(issuerUrl(name)).toMatchObject({ name, metadata })
  })

  it.each([
    'http://a.example',
    'http://10.0.0.1',
    'http://0.0.0.0',
    'http://127.0.0.1.evil.example',
    'http://localhost.evil.example',
    'http://[::2]',
    'ftp://a.example',
    'data:application/json,{}',
    'file:///etc/passwd',
    'https://a.example?',
    'https://a.example#',
    'https://a.example/?tenant=a',
    'https://user@a.example',
    'https://:secret@a.example',
    'a.example',
    '/issuer',
    '',
  ])('C08 is not %s', (name) => {
    expect(() => issuerUrl(name)).toThrow(TypeError)
  })

  it.each([
    'https://a.example/x/keys',
    'https://a.example:443/x/keys',
    'https://A.example/x/lists/1?v=2',
    'https://a.example/x/y/../keys',
  ])('https://a.example/x has %s', (url) => {
    expect(isOfIssuer(issuerUrl('https://a.example/x'), url)).toBe(true)
  })

  it.each([
    'https://a.example/keys',
    'https://a.example/x',
    'https://a.example/xy/keys',
    'https://a.example/x/../keys',
    'https://a.example/x/%2e%2e/keys',
    'https://a.example/x/..\\keys',
    'https://a.example:8443/x/keys',
    'http://a.example/x/keys',
    'https://a.example@evil.example/x/keys',
    'https://u@a.example/x/keys',
    'https://a.example.evil.example/x/keys',
    'https://a.example/x/keys#part',
    '//a.example/x/keys',
    '/x/keys',
    '',
  ])('C08 https://a.example/x has not %s', (url) => {
    expect(isOfIssuer(issuerUrl('https://a.example/x'), url)).toBe(false)
  })
})
