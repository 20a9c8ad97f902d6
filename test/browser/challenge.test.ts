/** A server under attack asks for work in place of a wait, and pages do it by themselves. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Client } from '@latchkey/client'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { attack, challenging } from '../../packages/server/test/attack.js'
import * as pages from './pages.js'

pages.openBrowser()

const built = join(import.meta.dirname, '../../packages/client/dist')

declare global {
  var auth: Client
  /** How many tries there were, and how often the page had had a turn by the last of them. */
  var work: { tries: number; turns: number }
}

async function served() {
  const listening = await pages.listening(challenging)
  await listening.server.addUser()
  return listening
}

/** It lets no script in from elsewhere. */
const policy = "default-src 'none'; script-src 'self' 'unsafe-inline'; connect-src 'self'"

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

/** A page of an app on the server's own origin, and the files of the client that it has loaded. */
async function openApp(address: string): Promise<{ page: Page; loaded: string[] }> {
  const { page, context } = await pages.open('about:blank')
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
  await page.goto(`${address}/app/`)
  await page.waitForFunction(() => globalThis.auth !== undefined)
  return { page, loaded }
}

function signIn(page: Page): Promise<string | undefined> {
  return page.evaluate(async () => {
    await auth.login({ username: 'alice', password: 'correct horse battery' })
    return auth.user?.username
  })
}

describe('an app', () => {
  it('signs in by itself, with what it loads only then, and its page goes on meanwhile', async () => {
    const { server, address } = await served()
    await attack(server)
    const { page, loaded } = await openApp(address)
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
    const { page, loaded } = await openApp(address)
    expect(await signIn(page)).toBe('alice')
    expect(loaded).not.toContain('challenge.js')
  })
})

describe('the account pages', () => {
  it('sign in by themselves, within their policy, and say meanwhile that they work', async () => {
    const { server, address } = await served()
    await attack(server)
    const { page, requests, complaints } = await pages.open(`${address}/account`)
    let tries = 0
    await page.route('**/oauth/token', async (route) => {
      tries++
      if (tries === 2) await page.getByRole('button', { name: 'One moment …' }).waitFor()
      await route.continue()
    })
    await pages.signIn(page)
    const asked = requests.filter((request) => request.includes('POST'))
    expect(asked).toEqual(Array(2).fill(`POST ${address}/oauth/token`))
    expect(complaints).toEqual([])
  })
})
