/** The client in real tabs, which share storage, locks and cookies. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Client } from '@latchkey/client'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest'
import { startProgram } from '../../packages/server/test/running-program.js'
import { launchChromium } from './chromium.js'

const root = join(import.meta.dirname, '../..')
const built = join(root, 'packages/client/dist')
// A browser on a busy machine takes its time.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let browser: Browser

beforeAll(async () => {
  browser = await launchChromium()
})

afterAll(async () => {
  await browser?.close()
})

declare global {
  /** Set by the page. */
  var auth: Client
  /** By how much the device's clock has gone on since the page was opened. */
  var slept: number
}

const page = `<!doctype html><title>app</title><script type="module">
import { createClient } from '/app/index.js'
const now = Date.now.bind(Date)
globalThis.slept = 0
Date.now = () => now() + globalThis.slept
globalThis.auth = createClient({ url: location.origin, cookie: location.search === '?cookie' })
</script>`

interface Setting {
  /** Opens the app in another tab of the same browser. */
  openTab(query?: string): Promise<Page>
  context: BrowserContext
  /** How often the server was asked for a refresh. */
  refreshes(): number
}

/** One user's browser. The app is on the server's own origin; its files are put under `/app/`. */
async function openBrowser(): Promise<Setting> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-tabs-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const { address } = await startProgram([join(root, 'packages/server/bin/latchkey.js'), 'demo'], {
    cwd: folder,
    environment: { LATCHKEY_PORT: '0' },
  })
  const context = await browser.newContext()
  onTestFinished(() => context.close())
  context.setDefaultTimeout(60_000)
  await context.route(/\/app\//, async (route) => {
    const file = new URL(route.request().url()).pathname.slice('/app/'.length)
    if (file === '') return route.fulfill({ contentType: 'text/html', body: page })
    const body = readFileSync(join(built, file), 'utf8')
    return route.fulfill({ contentType: 'text/javascript', body })
  })
  let refreshes = 0
  context.on('request', (request) => {
    if (request.postData()?.includes('grant_type=refresh_token')) refreshes++
  })
  const openTab = async (query = '') => {
    const tab = await context.newPage()
    await tab.goto(`${address}/app/${query}`)
    await tab.waitForFunction(() => globalThis.auth !== undefined)
    return tab
  }
  return { openTab, context, refreshes: () => refreshes }
}

function signIn(tab: Page): Promise<void> {
  return tab.evaluate(() => auth.login({ username: 'testuser', password: 'password123' }))
}

/** What tabs answer that wake at one time, half an hour and a minute later. */
function wake(tabs: readonly Page[]): Promise<number[]> {
  const at = Date.now() + 2_000
  const one = (tab: Page) =>
    tab.evaluate(async (then) => {
      await new Promise((resolve) => setTimeout(resolve, then - Date.now()))
      globalThis.slept += 31 * 60_000
      return (await auth.fetch('/items/')).status
    }, at)
  return Promise.all(tabs.map(one))
}

function isSignedIn(tab: Page): Promise<boolean> {
  return tab.evaluate(() => auth.user !== undefined)
}

it('refreshes once for fifty tabs that wake at once, and signs all out with one', async () => {
  const { openTab, refreshes } = await openBrowser()
  const first = await openTab()
  await signIn(first)
  const others: Page[] = []
  while (others.length < 49) others.push(await openTab())
  const tabs = [first, ...others]

  expect(await wake(tabs)).toEqual(Array(50).fill(200))
  expect(refreshes()).toBe(1)
  expect(await Promise.all(tabs.map(isSignedIn))).toEqual(Array(50).fill(true))

  expect(await first.evaluate(() => auth.logout())).toBe(true)
  await Promise.all(others.map((tab) => tab.waitForFunction(() => auth.user === undefined)))
  expect(await first.evaluate(() => localStorage.length)).toBe(0)
})

it('goes on in the other tabs when one is closed in the middle of a refresh', async () => {
  const { openTab } = await openBrowser()
  const [first, second] = [await openTab(), await openTab()]
  await signIn(first)
  await second.waitForFunction(() => auth.user !== undefined)
  // The server has done its part, and nobody gets the answer.
  let isLost = false
  const lost = new Promise<void>((resolve) => {
    void first.route('**/oauth/token', async (route) => {
      await route.fetch()
      isLost = true
      resolve()
    })
  })
  const waking = wake([first]).catch(() => [])
  await lost
  const woken = wake([second])
  await first.close()
  expect(await woken).toEqual([200])
  await waking
  expect(isLost).toBe(true)
})

it('never shows scripts the refresh token in the cookie form', async () => {
  const { openTab, context, refreshes } = await openBrowser()
  const tab = await openTab('?cookie')
  const answers: string[] = []
  // Whichever tab it is that refreshes.
  context.on('response', async (response) => {
    if (response.url().endsWith('/oauth/token')) answers.push(await response.text())
  })
  await signIn(tab)
  expect(await wake([tab, await openTab('?cookie')])).toEqual([200, 200])
  expect(refreshes()).toBe(1)
  const seen = await tab.evaluate(() => JSON.stringify({ ...localStorage }) + document.cookie)
  expect(seen).toContain('accessToken')
  expect(seen).not.toMatch(/refreshToken|latchkey-dev/)
  await vi.waitFor(() => expect(answers).toHaveLength(2), 30_000)
  expect(answers.join()).not.toContain('refresh_token')
  expect((await context.cookies()).map(({ name, httpOnly }) => ({ name, httpOnly }))).toEqual([
    { name: 'latchkey-dev', httpOnly: true },
  ])
  await tab.evaluate(() => auth.logout())
  expect(await context.cookies()).toEqual([])
})
