/** A server under attack asks for work in place of a wait, and a page does it by itself. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Client } from '@latchkey/client'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest'
import { attack, challenging } from '../../packages/server/test/attack.js'
import { testServer } from '../../packages/server/test/test-server.js'
import { launchChromium } from './chromium.js'

const built = join(import.meta.dirname, '../../packages/client/dist')
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
  var auth: Client
  /** How many tries there were, and how often the page had had a turn by the last of them. */
  var work: { tries: number; turns: number }
}

/** It lets no script in from elsewhere. */
const policy = "default-src 'none'; script-src 'self' 'unsafe-inline'; connect-src 'self'"

/**
 * A page of an app on the server's own origin, under `/app/`, and the names of the files of the client that it has
 * loaded.
 */
async function open(address: string): Promise<{ page: Page; loaded: string[] }> {
  const context = await browser.newContext()
  onTestFinished(() => context.close())
  const loaded: string[] = []
  await context.route(/\/app\//, (route) => {
    const file = new URL(route.request().url()).pathname.slice('/app/'.length)
    if (file === '') {
      const headers = { 'content-security-policy': policy }
      return route.fulfill({ contentType: 'text/html', headers, body: app })
    }
    loaded.push(file)
    const body = readFileSync(join(built, file), 'utf8')
    return route.fulfill({ contentType: 'text/javascript', body })
  })
  const page = await context.newPage()
  await page.goto(`${address}/app/`)
  await page.waitForFunction(() => globalThis.auth !== undefined)
  return { page, loaded }
}

const app = `<!doctype html><title>app</title><script type="module">
import { createClient } from '/app/index.js'
let turns = 0
globalThis.work = { tries: 0, turns }
const derive = crypto.subtle.deriveBits.bind(crypto.subtle)
crypto.subtle.deriveBits = (...given) => {
  globalThis.work = { tries: globalThis.work.tries + 1, turns }
  setTimeout(() => { turns++ })
  return derive(...given)
}
globalThis.auth = createClient({ url: location.origin })
</script>`

function signIn(page: Page): Promise<string | undefined> {
  return page.evaluate(async () => {
    await auth.login({ username: 'alice', password: 'correct horse battery' })
    return auth.user?.username
  })
}

async function served() {
  const server = await testServer(challenging)
  await server.addUser()
  const address = await server.app.listen({ host: '127.0.0.1', port: 0 })
  return { server, address }
}

it('signs in by itself, with what it loads only then, and the page goes on meanwhile', async () => {
  const { server, address } = await served()
  await attack(server)
  const { page, loaded } = await open(address)
  expect(loaded).not.toContain('challenge.js')
  expect(await signIn(page)).toBe('alice')
  expect(loaded).toContain('challenge.js')
  const { tries, turns } = await page.evaluate(() => work)
  // The first four are made at once, and one of them may be right.
  expect(tries).toBeGreaterThan(3)
  if (tries > 4) expect(turns).toBeGreaterThan(0)
})

it('loads nothing more where nobody asks', async () => {
  const { address } = await served()
  const { page, loaded } = await open(address)
  expect(await signIn(page)).toBe('alice')
  expect(loaded).not.toContain('challenge.js')
})
