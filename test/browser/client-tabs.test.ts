/** The client in real tabs, which share storage, locks and cookies. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Client } from '@latchkey/client'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest'
import { bundled } from '../../packages/guard/test/bundle.js'
import { afterThisFile } from '../../packages/server/test/remains.js'
import { launchProgram, startProgram } from '../../packages/server/test/running-program.js'
import { launchChromium } from './chromium.js'

const root = join(import.meta.dirname, '../..')
const built = join(root, 'packages/client/dist')
// A browser on a busy machine takes its time.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let browser: Browser
/** The demo's server, for all tests: each has a browser of its own, as far as sessions go. */
let address: string

beforeAll(async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'latchkey-tabs-'))
  afterThisFile(() => rmSync(cwd, { recursive: true, force: true }))
  const demo = [join(root, 'packages/server/bin/latchkey.js'), 'demo']
  const environment = { LATCHKEY_PORT: '0', LATCHKEY_CORS_ORIGINS: '*' }
  const started = await Promise.all([
    launchChromium(),
    launchProgram(demo, { cwd, environment }, afterThisFile),
  ])
  browser = started[0]
  address = started[1].address
})

afterAll(async () => {
  await browser?.close()
})

declare global {
  /** Set by the page. */
  var auth: Client
  /** By how much the device's clock has gone on since the page was opened. */
  var slept: number
  /** Set by the page of a tab that waits for another. */
  var passFiveSeconds: () => void
  /** What the app in React has shown. */
  var seen: string[]
}

const page = `<!doctype html><title>app</title><script type="module">
import { createClient } from '/app/index.js'
const now = Date.now.bind(Date)
globalThis.slept = 0
Date.now = () => now() + globalThis.slept
globalThis.auth = createClient({ url: location.origin, cookie: location.search === '?cookie' })
</script>`

/** Ten seconds, which the client waits for in two halves, pass when the test says so. */
const holdTenSeconds = `
const later = setTimeout
globalThis.setTimeout = (run, milliseconds) => {
  if (milliseconds !== 5_000) return later(run, milliseconds)
  globalThis.passFiveSeconds = run
}`

interface Setting {
  /** Opens the app in another tab of the same browser. */
  openTab(query?: string): Promise<Page>
  context: BrowserContext
  /** How often the server was asked for a refresh. */
  refreshes(): number
}

/** One user's browser. The app is on the server's own origin; its files are put under `/app/`. */
async function openBrowser(): Promise<Setting> {
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
  const openTab = async (query?: string) => {
    const tab = await context.newPage()
    await load(tab, query)
    return tab
  }
  return { openTab, context, refreshes: () => refreshes }
}

async function load(tab: Page, query = ''): Promise<void> {
  await tab.goto(`${address}/app/${query}`)
  await tab.waitForFunction(() => globalThis.auth !== undefined)
}

function signIn(tab: Page): Promise<void> {
  return tab.evaluate(() => auth.login({ username: 'testuser', password: 'password123' }))
}

/** What tabs answer that wake, all at one time, half an hour and a minute later. */
function wake(tabs: readonly Page[]): Promise<number[]> {
  const at = Date.now() + (tabs.length > 1 ? 2_000 : 0)
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

/** Stops a tab at whatever it does next, as a browser stops those that nobody looks at. */
async function freeze(tab: Page): Promise<() => Promise<void>> {
  const devtools = await tab.context().newCDPSession(tab)
  const stopped = new Promise((resolve) => devtools.once('Debugger.paused', resolve))
  await devtools.send('Debugger.enable')
  await devtools.send('Debugger.pause')
  const next = tab.evaluate(() => {})
  await stopped
  return async () => {
    await devtools.send('Debugger.disable')
    await next
  }
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
  // What the device is known by at its next sign-in.
  expect(await first.evaluate(() => Object.keys(localStorage))).toEqual([
    `latchkey ${address}/ device`,
  ])
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

it('goes on in the other tabs after ten seconds when one is frozen with the lock', async () => {
  const { openTab, context, refreshes } = await openBrowser()
  const frozen = await openTab()
  await signIn(frozen)
  const asked = frozen.waitForRequest('**/oauth/token')
  let answer = () => {}
  await frozen.route('**/oauth/token', async (route) => {
    await new Promise<void>((resolve) => {
      answer = resolve
    })
    await route.abort()
  })
  const waking = wake([frozen])
  await asked
  const thaw = await freeze(frozen)

  const other = await context.newPage()
  await other.addInitScript({ content: holdTenSeconds })
  await load(other)
  await other.waitForFunction(() => auth.user !== undefined)
  const woken = wake([other])
  await other.waitForFunction(async () => (await navigator.locks.query()).pending?.length === 1)
  expect(refreshes()).toBe(1)
  await other.evaluate(() => {
    passFiveSeconds()
    passFiveSeconds()
  })
  expect(await woken).toEqual([200])

  await thaw()
  answer()
  expect(await waking).toEqual([200])
  expect(refreshes()).toBe(2)
  expect(await Promise.all([frozen, other].map(isSignedIn))).toEqual([true, true])
})

it('keeps tabs signed in and of one mind in a browser without locks and channels', async () => {
  const { openTab, context } = await openBrowser()
  await context.addInitScript(() => {
    Reflect.deleteProperty(globalThis, 'BroadcastChannel')
    Object.defineProperty(navigator, 'locks', { value: undefined })
  })
  const tabs = [await openTab(), await openTab(), await openTab()]
  const [first, second] = tabs
  if (!first || !second) throw new Error('There are no tabs')
  await signIn(first)
  await Promise.all(tabs.map((tab) => tab.waitForFunction(() => auth.user !== undefined)))
  expect(await wake(tabs)).toEqual([200, 200, 200])
  expect(await Promise.all(tabs.map(isSignedIn))).toEqual([true, true, true])
  await second.evaluate(() => auth.logout())
  await Promise.all(tabs.map((tab) => tab.waitForFunction(() => auth.user === undefined)))
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

it('tells React who is signed in, in every tab', async () => {
  const { openTab, context } = await openBrowser()
  const tab = await openTab()
  const { code } = await bundled(join(import.meta.dirname, 'react-app.ts'))
  await context.route('**/app/react', (route) =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html><body>' }),
  )
  const app = await context.newPage()
  await app.goto(`${address}/app/react`)
  await app.addScriptTag({ type: 'module', content: code })
  await app.getByText('nobody').waitFor()
  await signIn(tab)
  await app.getByText('testuser').waitFor()
  await app.reload()
  await app.addScriptTag({ type: 'module', content: code })
  await app.getByText('testuser').waitFor()
  expect(await app.evaluate(() => seen)).toEqual(['not known yet', 'testuser'])
  await tab.evaluate(() => auth.logout())
  await app.getByText('nobody').waitFor()
})

it('examples/browser-page signs in, calls the API and signs out, in both of its tabs', async () => {
  const { context } = await openBrowser()
  const serve = [join(root, 'examples/browser-page/serve.js')]
  const example = await startProgram(serve, {
    cwd: root,
    environment: { PORT: '0', ISSUER: address },
  })
  const [tab, other] = [await context.newPage(), await context.newPage()]
  await Promise.all([tab, other].map((each) => each.goto(example.address)))

  await tab.getByLabel('Username').fill('testuser')
  await tab.getByLabel('Password').fill('wrong')
  await tab.getByRole('button', { name: 'Sign in' }).click()
  await tab.getByRole('alert').getByText('Incorrect username or password').waitFor()
  await tab.getByLabel('Password').fill('password123')
  await tab.getByRole('button', { name: 'Sign in' }).click()
  await other.getByText('Signed in as testuser').waitFor()
  await other.getByRole('button', { name: 'Load my record' }).click()
  await other.getByText('"username":"testuser"').waitFor()
  await tab.getByRole('button', { name: 'Sign out' }).click()
  await Promise.all([tab, other].map((each) => each.getByLabel('Password').waitFor()))
})
