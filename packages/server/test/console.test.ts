/** `/console/...`: what the console's pages are answered with. `test/browser` opens them. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { testServer } from './test-server.js'

const paths = [
  ...['', '/sign-in', '/users', '/users/import', '/users/4f2a', '/sessions', '/clients', '/scopes'],
  ...['/keys', '/audit', '/mails', '/health', '/inspect'],
]

it('J08 CSP lets the console load and call nothing but this server, and keeps it out of frames and caches', async () => {
  const { app } = await testServer()
  for (const path of paths) {
    const page = await app.inject(`/console${path}`)
    expect([path, page.statusCode]).toEqual([path, 200])
    expect(page.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'cross-origin-opener-policy': 'same-origin',
    })
    const policy = String(page.headers['content-security-policy'])
    for (const rule of ["default-src 'none'", "script-src 'self'", "style-src 'self'"]) {
      expect(policy.split('; ')).toContain(rule)
    }
    expect(policy).toMatch(/frame-ancestors 'none'.*trusted-types 'none'/)
    expect(policy).not.toMatch(/unsafe|\*|https?:/)
    expect(page.body).not.toMatch(/<style|<script>|style=|\son\w+=|\{\{/)
    const named = [...page.body.matchAll(/(?:src|href)="([^":]+)"/g)].map(([, path = '']) => path)
    expect(named.length).toBeGreaterThan(3)
    for (const path of named) expect((await app.inject(path)).statusCode).toBe(200)
  }
})

it('answers with a page to what is none of its pages, and says so', async () => {
  const { app } = await testServer()
  for (const path of ['x', 'users/a/b', '..%2fpackage.json']) {
    const answer = await app.inject(`/console/${path}`)
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([
      404,
      'text/html; charset=utf-8',
    ])
  }
  const slash = await app.inject('/console/users//?search=a')
  expect([slash.statusCode, slash.headers.location]).toEqual([307, '/console/users?search=a'])
  const posted = await app.inject({ method: 'POST', url: '/console/users' })
  expect([posted.statusCode, posted.headers.allow]).toEqual([405, 'GET'])
})

it('is in a language of its own choice, and its texts can be those of an installation', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-texts-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const texts = { nav_users: 'Leute', signOut: 'Weg' }
  writeFileSync(join(folder, 'de.json'), JSON.stringify({ texts }))
  const { app } = await testServer({ pageTexts: folder })
  const toldIn = async (url: string) => {
    const { body } = await app.inject({ url, headers: { 'accept-language': 'de' } })
    const [, json = ''] = /id="page-settings">(.+)<\/script>/.exec(body) ?? []
    return JSON.parse(json)
  }
  const told = await toldIn('/console')
  expect(told.language).toBe('de')
  expect(told.texts.texts).toMatchObject({ ...texts, nav_keys: 'Schlüssel', cancel: 'Abbrechen' })
  // What only admins read is no weight for the others.
  expect((await toldIn('/account')).texts.texts).not.toHaveProperty('nav_users')
})

it('is left out where it is switched off, and there where links lead to other account pages', async () => {
  const off = await testServer({ console: false })
  for (const path of paths) {
    expect((await off.app.inject(`/console${path}`)).statusCode).toBe(404)
  }
  const on = await testServer({ accountUrl: 'https://app.example.com/account' })
  expect((await on.app.inject('/console')).statusCode).toBe(200)
})
