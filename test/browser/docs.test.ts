import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest'
import { startProgram } from '../../packages/server/test/running-program.js'
import { launchChromium } from './chromium.js'

const root = join(import.meta.dirname, '../..')
// A browser on a busy machine takes its time.
vi.setConfig({ testTimeout: 120_000 })

let browser: Browser

beforeAll(async () => {
  browser = await launchChromium()
})

afterAll(async () => {
  await browser?.close()
})

it('signs in by the Authorize button of /docs and tries the protected routes out', async () => {
  const { page, complaints, requests } = await openDocs()
  const me = operation(page, 'GET', '/users/me')
  const items = operation(page, 'GET', '/items/')
  expect(await execute(me)).toMatchObject({ status: '401' })

  await authorize(page, { username: 'testuser', password: 'password123' })
  const record = await execute(me)
  expect(record.status).toBe('200')
  expect(JSON.parse(record.body)).toMatchObject({ username: 'testuser', disabled: false })
  expect(record.body).not.toMatch(/password|hash/i)
  const list = await execute(items)
  expect(list.status).toBe('200')
  expect(JSON.parse(list.body)).toEqual([{ item_id: 1, name: 'Example Item' }])

  mkdirSync(join(root, 'test-results'), { recursive: true })
  await page.screenshot({ path: join(root, 'test-results/docs.png'), fullPage: true })
  // The browser itself notes an answer of 401; it is the one that was asked for.
  expect(complaints).toEqual([expect.stringContaining('401')])
  expect(requests.length).toBeGreaterThan(5)
  expect(requests.filter((url) => new URL(url).hostname !== '127.0.0.1')).toEqual([])
})

it('says so in the dialog of /docs when the password is wrong', async () => {
  const { page } = await openDocs()
  const dialog = await askFor(page, { username: 'testuser', password: 'wrong' })
  await dialog.locator('.errors').waitFor()
  expect(await dialog.locator('.errors').innerText()).toContain('Incorrect username or password')
  expect(await dialog.getByText('Logout', { exact: true }).count()).toBe(0)
})

/** The documentation of a demo of its own, and what the page complained of and asked for. */
async function openDocs(): Promise<{ page: Page; complaints: string[]; requests: string[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-docs-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const { address } = await startProgram([join(root, 'packages/server/bin/latchkey.js'), 'demo'], {
    cwd: folder,
    environment: { LATCHKEY_PORT: '0' },
  })
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
  onTestFinished(() => context.close())
  context.setDefaultTimeout(30_000)
  const page = await context.newPage()
  const complaints: string[] = []
  const requests: string[] = []
  page.on('request', (request) => requests.push(request.url()))
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  await reportViolations(page, complaints)
  await page.goto(`${address}/docs`)
  return { page, complaints, requests }
}

/** Breaches of the Content-Security-Policy, which some versions tell the page alone. */
async function reportViolations(page: Page, complaints: string[]): Promise<void> {
  await page.exposeFunction('reportViolation', (what: string) => complaints.push(what))
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
      const { reportViolation } = globalThis as unknown as Reporting
      reportViolation(`${violatedDirective} ${blockedURI}`)
    })
  })
}

interface Reporting {
  reportViolation(what: string): void
}

interface Credentials {
  username: string
  password: string
}

async function authorize(page: Page, credentials: Credentials): Promise<void> {
  const dialog = await askFor(page, credentials)
  await dialog.getByText('Logout', { exact: true }).waitFor()
  await dialog.getByRole('button', { name: 'Close', exact: true }).click()
  await dialog.waitFor({ state: 'detached' })
}

/** Fills the Authorize dialog in and sends it. */
async function askFor(page: Page, { username, password }: Credentials): Promise<Locator> {
  await page.locator('.scheme-container button.authorize').click()
  const dialog = page.locator('.dialog-ux')
  await dialog.locator('#oauth_username').fill(username)
  await dialog.locator('#oauth_password').fill(password)
  await dialog.locator('.auth-btn-wrapper button.authorize').click()
  return dialog
}

function operation(page: Page, method: string, path: string): Locator {
  return page.locator('.opblock').filter({
    has: page.locator(`.opblock-summary-path[data-path="${path}"]`),
    hasText: method,
  })
}

/** What "Try it out" and Execute show; the first time they open the operation. */
async function execute(operation: Locator): Promise<{ status: string; body: string }> {
  const button = operation.getByRole('button', { name: 'Execute' })
  if ((await button.count()) === 0) {
    await operation.locator('.opblock-summary-control').click()
    await operation.getByRole('button', { name: 'Try it out' }).click()
  } else {
    await operation.getByRole('button', { name: 'Clear' }).click()
  }
  await button.click()
  const answer = operation.locator('.live-responses-table .response')
  await answer.waitFor()
  const status = await answer.locator('.response-col_status').innerText()
  const body = await answer.locator('.response-col_description pre').first().innerText()
  return { status: status.trim(), body }
}
