/** The server's pages in a real browser: how they are opened and looked at. */

import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { source } from 'axe-core'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished, vi } from 'vitest'
import { type TestServer, testServer } from '../../packages/server/test/test-server.js'
import { launchChromium } from './chromium.js'

const pictures = join(import.meta.dirname, '../../test-results')

let browser: Browser

/** A browser for the tests of this file. */
export function openBrowser(): void {
  // One on a busy machine takes its time.
  vi.setConfig({ testTimeout: 120_000 })
  beforeAll(async () => {
    browser = await launchChromium()
    mkdirSync(pictures, { recursive: true })
  }, 120_000)
  afterAll(() => browser?.close())
}

export interface Listening {
  server: TestServer
  address: string
}

export async function listening(
  settings: Parameters<typeof testServer>[0] = {},
): Promise<Listening> {
  const port = await freePort()
  // The session cookie is for pages of the issuer's own origin.
  const issuer = `http://127.0.0.1:${port}`
  const server = await testServer({ registration: 'open', issuer, ...settings })
  return { server, address: await server.app.listen({ port, host: '127.0.0.1' }) }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

export interface Opened {
  page: Page
  context: BrowserContext
  /** What the browser had to say against the page, but for the answers that were asked for. */
  complaints: string[]
  /** What was asked for, in order. */
  requests: string[]
}

/** Opens a page in a browser of its own, as far as sessions go. */
export async function open(url: string, options: BrowserContextOptions = {}): Promise<Opened> {
  const context = await browser.newContext({ locale: 'en-US', ...options })
  onTestFinished(() => context.close())
  context.setDefaultTimeout(30_000)
  const complaints: string[] = []
  const requests: string[] = []
  const page = await context.newPage()
  page.on('request', (request) => requests.push(`${request.method()} ${request.url()}`))
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    const isAnswer = message.text().includes('Failed to load resource')
    if (['error', 'warning'].includes(message.type()) && !isAnswer) complaints.push(message.text())
  })
  await page.goto(url)
  return { page, context, complaints, requests }
}

export function press(page: Page, name: string): Promise<void> {
  return page.getByRole('button', { name, exact: true }).click()
}

export function follow(page: Page, name: string): Promise<void> {
  return page.getByRole('link', { name, exact: true }).click()
}

export function heading(page: Page, name: string): Promise<void> {
  return page.getByRole('heading', { name, exact: true }).waitFor()
}

/** What is said to be wrong. */
export async function alertOf(page: Page): Promise<string> {
  const alert = page.getByRole('alert').filter({ hasText: /\S/ })
  await alert.waitFor()
  return alert.innerText()
}

export async function signIn(page: Page, username = 'alice', password = 'correct horse battery') {
  await page.getByLabel('Username or e-mail address').fill(username)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await press(page, 'Sign in')
  await heading(page, 'Your profile')
}

export const root = { username: 'root', password: 'a master of all the keys' } as const

/** A server with an admin, `root`. */
export async function withAdmin(settings: Parameters<typeof listening>[0] = {}) {
  const at = await listening(settings)
  await at.server.addUser({ ...root, scopes: ['admin'] })
  return at
}

/** Opens a page of the console as an admin. */
export async function openConsole(
  address: string,
  path = '',
  options: BrowserContextOptions = {},
): Promise<Opened> {
  const opened = await open(`${address}/console${path}`, options)
  await signInToConsole(opened.page)
  return opened
}

/** In English and in German. */
export async function signInToConsole(page: Page, { username, password } = root): Promise<void> {
  await page.locator('input[name=username]').fill(username)
  await page.locator('input[name=password]').fill(password)
  await page.getByRole('button', { name: /^(Sign in|Anmelden)$/ }).click()
  await page.getByRole('navigation').waitFor()
}

/** On a phone, in the dark. */
export const darkPhone = {
  locale: 'de-DE',
  colorScheme: 'dark',
  viewport: { width: 360, height: 740 },
} as const satisfies BrowserContextOptions

/** Kept as a picture, to be looked at by whoever changes the page. */
export async function look(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true })
}

/** WCAG 2.2 AA as far as a program can tell, and that nothing has to be scrolled sideways (1.4.10). */
export async function expectAccessible(page: Page): Promise<void> {
  // It stays while pages change within the document.
  if (await page.evaluate(() => globalThis.axe === undefined)) await page.evaluate(source)
  const faults = await page.evaluate(async (tags) => {
    const { violations } = await globalThis.axe.run(document, { runOnly: tags })
    return violations.map(({ id, nodes }) => [
      id,
      ...nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`),
    ])
  }, wcag)
  expect(faults).toEqual([])
  const [wide, width] = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    document.documentElement.clientWidth,
  ])
  expect(wide).toBe(width)
}

const wcag = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

declare global {
  var axe: typeof import('axe-core')
}
