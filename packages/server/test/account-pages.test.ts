/** `/account/...`: what the account pages are answered with. `test/browser` opens them. */

import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { describe, expect, it, onTestFinished } from 'vitest'
import { brandStyle, contrast } from '../src/brand-colours.js'
import type { Colour } from '../src/settings/brand.js'
import { testServer } from './test-server.js'

const places = [
  '',
  ...['profile', 'password', 'sessions', 'data', 'sign-in', 'sign-up', 'forgotten-password'],
  ...['reset-password', 'verify-email', 'invitation', 'first-admin'],
]

const assets = readdirSync(join(import.meta.dirname, '../dist/web/assets'))

it('J08 CSP lets the pages load and call nothing but this server, and keeps them out of frames and caches', async () => {
  const { app } = await testServer()
  for (const name of places) {
    const page = await app.inject(`/account${name && `/${name}`}?token=x`)
    expect(page.statusCode).toBe(200)
    expect(page.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    })
    const policy = String(page.headers['content-security-policy']).split('; ')
    for (const rule of ["default-src 'none'", "script-src 'self'", "style-src 'self'"]) {
      expect(policy).toContain(rule)
    }
    for (const rule of ["form-action 'none'", "base-uri 'none'", "frame-ancestors 'none'"]) {
      expect(policy).toContain(rule)
    }
    expect(policy.join()).not.toMatch(/unsafe|\*|https?:/)
    expect(page.body).toMatch(/^<!doctype html>\n<html lang="en">/)
    expect(page.body).not.toContain('{{')
    expect(page.body).not.toMatch(/<style|<script>|style=|\son\w+=|token=x/)
    const named = [...page.body.matchAll(/(?:src|href)="([^":]+)"/g)].map(([, path = '']) => path)
    expect(named.length).toBeGreaterThan(2)
    for (const path of named) expect((await app.inject(path)).statusCode).toBe(200)
  }
})

it('pages are sent as small as the browser takes them, and the same to all', async () => {
  const { app } = await testServer()
  const sent = async (accepted: string) => {
    const headers = { 'accept-encoding': accepted, 'accept-language': 'de' }
    return app.inject({ url: '/account', headers })
  }
  const plain = await sent('identity')
  const small = await sent('gzip, br')
  expect([small.headers['content-encoding'], small.headers.vary]).toEqual(['br', 'accept-encoding'])
  expect(brotliDecompressSync(small.rawPayload).toString()).toBe(plain.body)
  expect(small.rawPayload.length).toBeLessThan(plain.rawPayload.length / 2)
  const head = await app.inject({ method: 'HEAD', url: '/account' })
  expect([head.statusCode, head.body]).toEqual([200, ''])
})

describe('the files of the pages', () => {
  it('are sent as small as the browser takes them, and kept by it for ever', async () => {
    const { app } = await testServer()
    expect(assets.length).toBeGreaterThan(5)
    for (const name of assets) {
      const sent = async (accepted: string) => {
        const headers = { 'accept-encoding': accepted }
        const answer = await app.inject({ url: `/account/assets/${name}`, headers })
        expect(answer.statusCode).toBe(200)
        expect(answer.headers['cache-control']).toBe('public, max-age=31536000, immutable')
        expect(answer.headers.vary).toBe('accept-encoding')
        return { encoding: answer.headers['content-encoding'], bytes: answer.rawPayload }
      }
      const plain = await sent('br;q=0')
      expect(plain.encoding).toBeUndefined()
      const zipped = await sent('gzip, deflate')
      expect([zipped.encoding, gunzipSync(zipped.bytes)]).toEqual(['gzip', plain.bytes])
      const small = await sent('gzip, deflate, br, zstd')
      expect([small.encoding, brotliDecompressSync(small.bytes)]).toEqual(['br', plain.bytes])
    }
  })

  it('answers 405 to what is no reading, and 404 to what is no page', async () => {
    const { app } = await testServer()
    const posted = await app.inject({ method: 'POST', url: '/account/invitation' })
    expect([posted.statusCode, posted.headers.allow]).toEqual([405, 'GET'])
    for (const path of ['x', '..%2fpackage.json', 'reset-password.html', 'a/b/c']) {
      const answer = await app.inject(`/account/${path}`)
      expect([answer.statusCode, answer.headers['content-type']]).toEqual([
        404,
        'text/html; charset=utf-8',
      ])
    }
    for (const name of ['x', '..%2faccount.html', '%2e%2e%2ftexts%2fen.json', 'constructor']) {
      expect((await app.inject(`/account/assets/${name}`)).statusCode).toBe(404)
    }
    const { statusCode, headers } = await app.inject('/account/')
    expect([statusCode, headers.location]).toEqual([307, '/account'])
  })

  it('are left out where links lead to others', async () => {
    const { app } = await testServer({ accountUrl: 'https://app.example.com/account' })
    for (const name of places) expect((await app.inject(`/account/${name}`)).statusCode).toBe(404)
  })
})

/** What the page is told of this installation. */
async function toldTo(server: Awaited<ReturnType<typeof testServer>>, headers = {}) {
  const { body } = await server.app.inject({ url: '/account', headers })
  const [, json = ''] =
    /<script type="application\/json" id="page-settings">(.+)<\/script>/.exec(body) ?? []
  return JSON.parse(json)
}

describe('the language', () => {
  it.each([
    [{}, 'en'],
    [{ 'accept-language': 'de' }, 'de'],
    [{ 'accept-language': 'de-AT,en;q=0.5' }, 'de'],
    [{ 'accept-language': 'fr,en;q=0.8,de;q=0.9' }, 'de'],
    [{ 'accept-language': 'de;q=0, fr' }, 'en'],
    [{ 'accept-language': '*;q=x, ,;;,de-' }, 'de'],
    [{ 'accept-language': 'de', cookie: 'a=b; latchkey-language=en' }, 'en'],
    [{ 'accept-language': 'de', cookie: 'latchkey-language=__proto__' }, 'de'],
    [{ cookie: 'xlatchkey-language=de' }, 'en'],
  ])('of a reader with %j is %s', async (headers, language) => {
    const server = await testServer()
    const page = await server.app.inject({ url: '/account', headers })
    expect(page.headers['content-language']).toBe(language)
    expect(page.body).toContain(`<html lang="${language}">`)
    expect(await toldTo(server, headers)).toMatchObject({ language })
  })

  it('and its texts can be the own ones of an installation', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'latchkey-texts-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const hostile = '</script><script>alert(1)</script><!--'
    writeFileSync(join(folder, 'de.json'), JSON.stringify({ texts: { signIn: hostile } }))
    const french = { language: 'Français', texts: { signIn: 'Se connecter' } }
    writeFileSync(join(folder, 'fr.json'), JSON.stringify(french))
    const server = await testServer({ pageTexts: folder, language: 'fr' })
    const told = await toldTo(server)
    expect(told.languages).toEqual({ en: 'English', de: 'Deutsch', fr: 'Français' })
    // What nobody has translated is said in English.
    expect(told.texts.texts).toMatchObject({ signIn: 'Se connecter', signOut: 'Sign out' })
    const german = await toldTo(server, { 'accept-language': 'de' })
    expect(german.texts.texts).toMatchObject({ signIn: hostile, signOut: 'Abmelden' })
    const { body } = await server.app.inject({
      url: '/account',
      headers: { 'accept-language': 'de' },
    })
    expect(body.match(/<script/g)).toHaveLength(2)

    writeFileSync(join(folder, 'fr.json'), JSON.stringify({ texts: { singIn: 'x' } }))
    await expect(testServer({ pageTexts: folder })).rejects.toThrow(
      'LATCHKEY_PAGE_TEXTS has a text singIn in fr.json, which no page shows.',
    )
    await expect(testServer({ language: 'sv' })).rejects.toThrow(
      'LATCHKEY_LANGUAGE should be one of the languages that there are: en, de.',
    )
  })
})

describe('the brand', () => {
  it('is told to the pages, with its logo, whose scripts do not run', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'latchkey-logo-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const brandLogo = join(folder, 'logo.svg')
    writeFileSync(
      brandLogo,
      '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    )
    const server = await testServer({ brandLogo, brandName: '<Acme> & "sons"' })
    const told = await toldTo(server)
    expect(told.brand).toEqual({ name: '<Acme> & "sons"', hasLogo: true })
    const { body } = await server.app.inject('/account')
    expect(body).toContain('<title>&#60;Acme&#62; &#38; &#34;sons&#34;</title>')
    const logo = await server.app.inject('/account/logo')
    expect(logo.headers['content-type']).toBe('image/svg+xml')
    expect(logo.headers['content-security-policy']).toMatch(/default-src 'none'.*sandbox/)
    const without = await testServer()
    expect((await without.app.inject('/account/logo')).statusCode).toBe(404)
  })

  it('can be read in any colour, in the light and in the dark', () => {
    const steps = [0, 51, 102, 153, 204, 255]
    for (const red of steps) {
      for (const green of steps) {
        for (const blue of steps) {
          const style = brandStyle([red, green, blue])
          const found = (name: string) =>
            [...style.matchAll(new RegExp(`--pico-${name}:#(..)(..)(..);`, 'g'))].map(
              ([, ...parts]) => parts.map((part) => Number.parseInt(part, 16)) as unknown as Colour,
            )
          const [inLight, inDark] = found('primary')
          if (inLight === undefined || inDark === undefined) throw new Error('No colours')
          expect(contrast(inLight, [255, 255, 255])).toBeGreaterThanOrEqual(4.5)
          expect(contrast(inDark, [19, 23, 31])).toBeGreaterThanOrEqual(4.5)
          for (const [index, on] of found('primary-inverse').entries()) {
            const under = [
              found('primary-background')[index],
              found('primary-hover-background')[index],
            ]
            for (const each of under)
              expect(contrast(on, each ?? [0, 0, 0])).toBeGreaterThanOrEqual(4.5)
          }
        }
      }
    }
  })
})

it('the client of the pages is the built-in one, or another where that is off', async () => {
  expect(await toldTo(await testServer())).toMatchObject({ clientId: null })
  const server = await testServer({ firstPartyClient: 'off', webClient: 'pages' })
  expect(await toldTo(server)).toMatchObject({ clientId: 'pages' })
})
