/** The account pages where things are not as they should be: hostile strings, answers that are none, two tabs. */

import fastify from 'fastify'
import type { Page } from 'playwright-core'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { latchkey } from '../../packages/server/src/index.js'
import { databaseWithAlice, secretKey } from '../../packages/server/test/embedded.js'
import { readVectors, vectorsAbsent } from '../../packages/server/test/vectors.js'
import {
  alertOf,
  expectAccessible,
  follow,
  freePort,
  heading,
  listening,
  look,
  open,
  openBrowser,
  press,
  root,
  signIn,
  signInToConsole,
} from './pages.js'

openBrowser()

async function signedIn(settings: Parameters<typeof listening>[0] = {}) {
  const at = await listening(settings)
  await at.server.addUser({ email: 'alice@example.com', emailVerified: true })
  const opened = await open(`${at.address}/account`)
  await signIn(opened.page)
  return { ...at, ...opened }
}

describe('hostile strings', () => {
  const hostile = '<img src=x onerror=alert(1)>'

  it('appear as text, as names and as devices', async () => {
    const { server, address } = await listening({ brandName: '</script><b>&{username}' })
    await server.addUser({ username: hostile, password: 'correct horse battery' })
    const signInAs = (userAgent: string) =>
      server.app.inject({
        method: 'POST',
        url: '/token',
        headers: { 'content-type': 'application/x-www-form-urlencoded', 'user-agent': userAgent },
        payload: new URLSearchParams({
          username: hostile,
          password: 'correct horse battery',
        }).toString(),
      })
    for (const agent of [hostile, `${'A'.repeat(400)}`, '{browser} javascript:alert(1)']) {
      expect((await signInAs(agent)).statusCode).toBe(200)
    }
    const { page, complaints } = await open(`${address}/account`)
    await heading(page, 'Sign in to </script><b>&{username}')
    await signIn(page, hostile)
    await page.getByText(hostile).waitFor()
    await follow(page, 'Devices')
    await page.getByText('{browser} javascript:alert(1)').waitFor()
    await look(page, 'hostile-devices')
    await expectAccessible(page)
    expect(await page.locator('main img, main b').count()).toBe(0)
    await follow(page, 'Data')
    await press(page, 'Delete my account')
    await page.getByRole('dialog').getByText(hostile).waitFor()
    expect(complaints).toEqual([])
  })
})

it.skipIf(vectorsAbsent)(
  'hundreds of hostile strings appear as text: as names, addresses and devices',
  async () => {
    const strings: string[] = JSON.parse(readVectors('naughty-strings/blns.json'))
    const { page, complaints, requests, address } = await signedIn()
    const time = new Date().toISOString()
    const items = strings.map((text, index) => ({
      ...{ id: `${index}`, current: index === 0, user_agent: text, address: text },
      ...{ created_at: time, last_used_at: time },
    }))
    await page.route('**/users/me/sessions', (route) =>
      route.fulfill({ json: { items, next_cursor: null } }),
    )
    const all = strings.join('\n')
    await page.route('**/users/me', (route) =>
      route.fulfill({
        json: { id: all, username: all, email: all, email_verified: true, created_at: time },
      }),
    )
    await page.reload()
    await page
      .getByText(strings[2] ?? '')
      .first()
      .waitFor()
    const shown = await page.locator('main dd').allTextContents()
    expect([shown[0], shown[2]]).toEqual([all, all])
    await follow(page, 'Devices')
    await page.locator('.devices > li').first().waitFor()
    const devices = await page.locator('.devices > li dd:last-of-type').allTextContents()
    expect(devices).toEqual(strings)
    const names = await page.locator('.devices h2').allTextContents()
    const expected = strings.map((text) => text.trim() || 'Unknown device')
    expect(names.slice(1).map((name) => name.trim())).toEqual(expected.slice(1))
    const odd = 'img, script, iframe, svg, b, style, [onerror], [onload], [style]'
    expect(await page.locator('main').locator(odd).count()).toBe(0)
    expect(
      await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
    ).toBeLessThanOrEqual(0)
    expect(complaints).toEqual([])
    expect(requests.every((line) => line.split(' ')[1]?.startsWith(address))).toBe(true)
  },
)

/** Answers in the server's place, one after the other; then the server does. */
async function answer(page: Page, url: string, ...answers: (number | 'none')[]): Promise<number[]> {
  const left = [...answers]
  const sent: number[] = []
  await page.route(url, async (route) => {
    sent.push(Date.now())
    const status = left.shift()
    if (status === undefined) return route.continue()
    if (status === 'none') return route.abort()
    const headers = { 'retry-after': '40', 'content-type': 'application/json' }
    const error = status === 429 ? 'too_many_attempts' : 'temporarily_unavailable'
    await route.fulfill({ status, headers, body: JSON.stringify({ error, detail: 'x' }) })
  })
  return sent
}

describe('a server that does not answer as it should', () => {
  it('is told of in words at the sign-in, and what was typed stays', async () => {
    const { server, address } = await listening()
    await server.addUser()
    const { page } = await open(`${address}/account`)
    await answer(page, '**/oauth/token', 429, 503, 'none')
    await page.getByLabel('Username or e-mail address').fill('alice')
    await page.getByLabel('Password', { exact: true }).fill('correct horse battery')
    await press(page, 'Sign in')
    expect(await alertOf(page)).toBe('That was tried too often. Try again in 40 seconds.')
    await look(page, 'too-many-attempts')
    await press(page, 'Sign in')
    await page.getByText('The server has too much to do at the moment. Try again in 40').waitFor()
    await press(page, 'Sign in')
    await page.getByText("The server can't be reached.").waitFor()
    await press(page, 'Sign in')
    await heading(page, 'Your profile')
  })

  it('can be asked again, and leaves a place for what is to come', async () => {
    const { page, address } = await signedIn()
    await answer(page, '**/users/me/sessions', 429)
    await follow(page, 'Devices')
    expect(await alertOf(page)).toMatch(/^That was tried too often/)
    await press(page, 'Try again')
    await page.getByText('You are signed in nowhere else.').waitFor()
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    await page.route('**/users/me', async (route) => {
      await held
      await route.continue()
    })
    await page.addInitScript(() => {
      globalThis.jumps = 0
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) globalThis.jumps += (entry as LayoutShift).value
      }).observe({ type: 'layout-shift', buffered: true })
    })
    await page.goto(`${address}/account/profile`)
    await page.locator('.skeleton').waitFor()
    await look(page, 'skeleton')
    release()
    await page.getByText('alice@example.com').waitFor()
    expect(await page.evaluate(() => globalThis.jumps)).toBeLessThan(0.1)
  })
})

it('a page of somebody who is signed in needs no server to go to the next, and none to sign out', async () => {
  const { page, context, address } = await signedIn()
  await context.setOffline(true)
  await follow(page, 'Data')
  await heading(page, 'Your data')
  await press(page, 'Sign out')
  expect(await alertOf(page)).toMatch(/^You are signed out in this browser, but the server has not/)
  await look(page, 'sign-out-unheard')
  // Its files were not loaded before.
  await follow(page, 'Create an account')
  expect(await alertOf(page)).toMatch(/^This page did not come whole/)
  await look(page, 'page-not-whole')
  await context.setOffline(false)
  await press(page, 'Load again')
  await heading(page, 'Create your account')
  expect(page.url()).toBe(`${address}/account/sign-up`)
})

it('nobody sees what somebody before them has seen, whatever their tabs have missed', async () => {
  const { server, page, context, address } = await signedIn()
  await server.addUser({ username: 'bob', email: 'bob@example.com' })
  await page.getByText('alice@example.com').waitFor()
  await follow(page, 'Data')
  await press(page, 'Delete my account')
  const bob = await open(`${address}/account`)
  await signIn(bob.page, 'bob')
  const told = await bob.page.evaluate(() => JSON.stringify({ ...localStorage }))
  await context.addCookies(await bob.context.cookies())
  // What is seen until it is answered can only be of before.
  let release = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  await page.route('**/users/me', async (route) => {
    await held
    await route.continue()
  })
  // The tab where bob signed in; of alice's sign-out this one has not heard.
  const other = await context.newPage()
  await other.goto(`${address}/account/brand.css`)
  await other.evaluate((kept) => Object.assign(localStorage, JSON.parse(kept)), told)
  await vi.waitFor(async () => expect(await page.getByRole('dialog').count()).toBe(0))
  await follow(page, 'Profile')
  await page.locator('.skeleton').waitFor()
  expect(await page.getByText('alice').count()).toBe(0)
  release()
  await page.getByText('bob@example.com').waitFor()
})

interface LayoutShift extends PerformanceEntry {
  readonly value: number
}

declare global {
  /** By how much of the screen things have jumped: Chromium's cumulative layout shift. */
  var jumps: number
}

it('a button that is pressed twice does it once', async () => {
  const { server, address } = await listening()
  await server.addUser()
  const { page, requests } = await open(`${address}/account`)
  await page.getByLabel('Username or e-mail address').fill('alice')
  await page.getByLabel('Password', { exact: true }).fill('correct horse battery')
  await page.getByRole('button', { name: 'Sign in', exact: true }).dblclick()
  await heading(page, 'Your profile')
  expect(requests.filter((line) => line.endsWith('/oauth/token'))).toHaveLength(1)
  const { id } = await server.latchkey.users.get('alice')
  expect((await server.latchkey.sessions.listOf(id, { limit: 9 })).rows).toHaveLength(1)
})

it('two tabs share a sign-in and a sign-out, and each goes on by itself', async () => {
  const { page, context, address } = await signedIn()
  const other = await context.newPage()
  await other.goto(`${address}/account/sessions`)
  await other.getByText('You are signed in nowhere else.').waitFor()
  await follow(page, 'Data')
  await heading(page, 'Your data')
  await follow(other, 'Profile')
  await other.getByText('alice@example.com').waitFor()
  await press(other, 'Sign out')
  await heading(page, 'Sign in to Latchkey')
  expect(await alertOf(page)).toMatch(/^You were signed out/)
  await signIn(other)
  // The page that was left comes back.
  await heading(page, 'Your data')
})

describe('languages and brand', () => {
  it("follow the reader's browser, and then what the reader chooses", async () => {
    const { server, address } = await listening()
    await server.addUser()
    const { page } = await open(`${address}/account`, { locale: 'de-AT' })
    await heading(page, 'Anmelden bei Latchkey')
    expect(await page.locator('html').getAttribute('lang')).toBe('de')
    await page.getByLabel('Benutzername oder E-Mail-Adresse').fill('alice')
    await page.getByLabel('Passwort', { exact: true }).fill('wrong')
    await press(page, 'Anmelden')
    expect(await alertOf(page)).toMatch(/^Benutzername oder Passwort stimmen nicht/)
    await follow(page, 'Konto anlegen')
    await page.getByLabel('Passwort', { exact: true }).fill('abc')
    await page.getByText('Das Passwort ist zu kurz: Es braucht mindestens 8 Zeichen.').waitFor()
    await look(page, 'sign-up-german')
    await press(page, 'English')
    await heading(page, 'Create your account')
    await page.reload()
    await heading(page, 'Create your account')
  })

  it("are the installation's own, and can be read in any colour", async () => {
    const { server, address } = await listening({ brandName: 'Acme', brandColor: '#ffee00' })
    await server.addUser()
    const { page, complaints } = await open(`${address}/account`)
    await heading(page, 'Sign in to Acme')
    expect(await page.title()).toBe('Sign in to Acme · Acme')
    const button = page.getByRole('button', { name: 'Sign in', exact: true })
    const colour = await button.evaluate((element) => getComputedStyle(element).backgroundColor)
    expect(colour).toBe('rgb(255, 238, 0)')
    await look(page, 'brand')
    await expectAccessible(page)
    const dark = await open(`${address}/account`, { colorScheme: 'dark' })
    await heading(dark.page, 'Sign in to Acme')
    await look(dark.page, 'brand-dark')
    await expectAccessible(dark.page)
    expect(complaints).toEqual([])
  })
})

it('the pages can be another client, where the built-in one is off', async () => {
  const { server, address } = await listening({ firstPartyClient: 'off', webClient: 'pages' })
  await server.addUser()
  const grants = ['password', 'refresh_token'] as const
  const terms = { grants, scopes: ['account'] }
  await server.latchkey.clientRegistry.add('pages', false, terms, { actor: 'test' })
  const { page } = await open(`${address}/account`)
  await signIn(page)
  await page.reload()
  await follow(page, 'Devices')
  await page.getByText('You are signed in nowhere else.').waitFor()
  await press(page, 'Sign out')
  await page.getByText('You are signed out.').waitFor()
})

it('the pages work below the path where an app has put them', async () => {
  const port = await freePort()
  const app = fastify()
  onTestFinished(() => app.close())
  const prefix = '/auth'
  await app.register(latchkey, {
    databaseUrl: await databaseWithAlice({ ...root, scopes: ['admin'] }),
    secretKey,
    issuer: `http://127.0.0.1:${port}${prefix}`,
    registration: 'open',
    prefix,
  })
  const address = await app.listen({ port, host: '127.0.0.1' })
  const { page, requests } = await open(`${address}${prefix}/account/sign-up`)
  await page.getByLabel('Username').fill('carol')
  await page.getByLabel('Password', { exact: true }).fill('a wholly other sentence')
  await press(page, 'Create an account')
  await heading(page, 'Your profile')
  expect(page.url()).toBe(`${address}${prefix}/account/profile`)
  await page.reload()
  await follow(page, 'Devices')
  await page.getByText('You are signed in nowhere else.').waitFor()
  await page.goto(`${address}${prefix}/console/users`)
  await signInToConsole(page)
  await page.getByRole('link', { name: 'carol' }).click()
  await heading(page, 'carol')
  await follow(page, 'Overview')
  await heading(page, 'Sign-ins')
  await follow(page, 'Token inspector')
  await heading(page, 'Token inspector')
  expect(requests.every((line) => line.split(' ')[1]?.startsWith(`${address}${prefix}/`))).toBe(
    true,
  )
})

it('the first load is as small as promised', async () => {
  const { address } = await signedIn()
  const { page } = await open('about:blank')
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Network.enable')
  let bytes = 0
  devtools.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength
  })
  await page.goto(`${address}/account`)
  await heading(page, 'Sign in to Latchkey')
  expect(bytes).toBeGreaterThan(10_000)
  expect(bytes).toBeLessThan(120_000)
})
