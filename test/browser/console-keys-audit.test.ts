/** The console's pages of signing keys and of the audit log. */

import { readFile } from 'node:fs/promises'
import type { Download, Route } from 'playwright-core'
import { expect, it } from 'vitest'
import type { AuditRow } from '../../packages/server/src/store/schema.js'
import { entry } from '../../packages/server/test/store/rows.js'
import type { TestServer } from '../../packages/server/test/test-server.js'
import {
  darkPhone,
  expectAccessible,
  follow,
  heading,
  look,
  openBrowser,
  openConsole,
  press,
  signInToConsole,
  withAdmin,
} from './pages.js'

openBrowser()

const patience = { timeout: 20_000 }

/** What nobody should have been able to write down, and may have. */
const hostile = '<img src=x onerror=alert(1)>\u202e"},{"'

async function write(server: TestServer, ...rows: Partial<AuditRow>[]): Promise<void> {
  const now = Date.now() as AuditRow['at']
  await server.latchkey.store.audit.appendAll(rows.map((row) => entry({ at: now, ...row })))
}

it('keys: shows their lives, publishes the next one, and retires one', async () => {
  const { address } = await withAdmin()
  const { page, complaints } = await openConsole(address, '/keys')
  await heading(page, 'Signing keys')
  const row = (state: string) => page.getByRole('row').filter({ hasText: state })
  await row('no end yet').waitFor()
  await page.getByText('No change is due.').waitFor()
  await press(page, 'Rotate keys')
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Rotate keys' }).click()
  await page.getByText(/^The key \S+ is published\.$/).waitFor()
  await page.getByText(/Next change: the key \S+ begins to sign in \d+/).waitFor()
  await row('waits').waitFor()
  await look(page, 'console-keys')
  await expectAccessible(page)

  const retire = row('no end yet').filter({ hasText: 'waits' })
  await retire.getByRole('button', { name: /^Retire the key/ }).click()
  await look(page, 'console-keys-retire')
  await expectAccessible(page)
  await dialog.getByRole('button', { name: 'Retire' }).click()
  await page.getByText(/is retired\. Its tokens are refused\./).waitFor()
  await row('retired').waitFor()

  await press(page, 'Rotate keys')
  await dialog.getByLabel('Sign with it at once').check()
  await dialog.getByText(/refuse its tokens until they look again/).waitFor()
  await dialog.getByRole('button', { name: 'Rotate keys' }).click()
  await row('verifies').waitFor()
  expect(complaints).toEqual([])
})

it('keys: says that there is a shared secret, on a phone in the dark in German', async () => {
  const { address } = await withAdmin({ signingAlgorithm: 'HS256', hs256Secret: 'x'.repeat(48) })
  const { page } = await openConsole(address, '/keys', darkPhone)
  await page.getByText(/gemeinsamen Geheimnis signiert/).waitFor()
  expect(await page.getByRole('button', { name: 'Schlüssel wechseln' }).count()).toBe(0)
  await expectAccessible(page)
  await look(page, 'console-keys-shared-phone')
})

it('audit log: tells what happened, filters it, and shows hostile texts as texts', async () => {
  const { server, address } = await withAdmin()
  await server.addUser()
  await server.postForm('/token', { username: 'alice', password: 'wrong' })
  await write(
    server,
    { event: 'users_imported', detail: JSON.stringify({ users: 3, file: hostile }) },
    { event: hostile, client_id: hostile, actor: hostile, address: hostile, detail: hostile },
  )
  const { page, complaints } = await openConsole(address, '/audit')
  await heading(page, 'Audit log')
  const entries = page.getByRole('listitem').filter({ has: page.locator('summary') })
  await page.getByText(/3 users were imported from .*<img src=x/).waitFor()
  await page.getByText('not sealed yet').first().waitFor()
  await look(page, 'console-audit')
  await expectAccessible(page)

  await page.getByRole('searchbox', { name: 'User' }).fill('Alice')
  await expect.poll(() => page.url(), patience).toContain('user=Alice')
  await page.getByText('A sign-in failed: the password was wrong.').waitFor()
  await page.getByRole('combobox', { name: 'Event' }).selectOption('sign_in_failed')
  await expect.poll(() => entries.count(), patience).toBe(1)
  await entries.getByText('the password was wrong').click()
  await entries.getByText('"reason": "wrong_password"').waitFor()
  await page.reload()
  await expect.poll(() => entries.count(), patience).toBe(1)
  await entries.getByRole('link', { name: 'alice' }).waitFor()
  await page.getByRole('searchbox', { name: 'User' }).fill('nobody.at.all')
  await page.getByText(/Nobody has the name, the address or the id nobody\.at\.all/).waitFor()
  await press(page, 'All entries')
  await page.getByLabel('From').fill('2099-01-01T00:00')
  await page.getByText(/Nothing in the log fits/).waitFor()
  expect(complaints).toEqual([])
})

it('audit log: follows what comes without moving what somebody reads, and is taken away as a file', async () => {
  const { server, address } = await withAdmin()
  await server.addUser()
  const { page, complaints } = await openConsole(address, '/audit', darkPhone)
  await press(page, 'Verfolgen')
  await write(server, { event: 'user_deleted' })
  await page.getByText(/Benutzer wurde gelöscht/).waitFor()
  await write(server, ...Array.from({ length: 40 }, () => ({ event: 'client_created' })))
  const fresh = page.getByRole('list', { name: 'Neue Einträge' })
  await fresh
    .getByText(/Client wurde registriert/)
    .nth(39)
    .waitFor()
  await look(page, 'console-audit-phone')
  await expectAccessible(page)

  await page.evaluate(() => scrollTo(0, document.body.scrollHeight))
  const read = page.getByText(/Client wurde registriert/).last()
  const before = await read.boundingBox()
  await write(server, { event: 'client_disabled' })
  await page.getByRole('button', { name: '1 neue anzeigen' }).waitFor()
  expect(await read.boundingBox()).toEqual(before)
  await press(page, '1 neue anzeigen')
  await page.getByText(/Client wurde gesperrt/).waitFor()
  await press(page, 'Anhalten')

  await server.latchkey.audit.sealer.run()
  const downloading = page.waitForEvent('download')
  await press(page, 'Exportieren')
  const file = await readFile(await (await downloading).path(), 'utf8')
  const events = file
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).event)
  expect(events.filter((event) => event === 'client_created')).toHaveLength(40)
  await page.getByText(/^Die Datei ist vollständig: \d+ Einträge/).waitFor()
  expect(complaints).toEqual([])
})

it('audit log: an export goes on while other pages are looked at, can be given up, and says why it broke off', async () => {
  const { address, server } = await withAdmin()
  await server.latchkey.audit.sealer.run()
  const { page, complaints } = await openConsole(address, '/audit')
  const asked: Route[] = []
  await page.route('**/admin/audit/export', (route) => void asked.push(route))
  const begin = async () => {
    const before = asked.length
    await press(page, 'Export')
    await expect.poll(() => asked.length, patience).toBe(before + 1)
    return asked[before]
  }
  const left = await begin()
  await page.getByText(/You can look at other pages/).waitFor()
  await look(page, 'console-audit-exporting')
  await expectAccessible(page)
  await follow(page, 'Keys')
  await heading(page, 'Signing keys')
  await page.getByRole('link', { name: 'Export: 0 entries' }).waitFor()
  const files: Download[] = []
  page.on('download', (file) => files.push(file))
  await left?.continue()
  await expect.poll(() => files.length, patience).toBe(1)
  const lines = await readFile((await files[0]?.path()) ?? '', 'utf8')
  expect(lines).toContain('"event":"user_created"')
  await follow(page, 'Export is done')
  await page.getByText(/^The file is complete: \d+ entries/).waitFor()
  await page.getByRole('link', { name: 'Export is done' }).waitFor({ state: 'detached' })

  await begin()
  await press(page, 'Cancel')
  await page.getByRole('progressbar').waitFor({ state: 'detached' })
  const broken = await begin()
  await broken?.abort()
  await page.getByText(/can't be reached/).waitFor()

  // Nobody gets a file of what another admin had begun.
  const others = await begin()
  await press(page, 'Sign out')
  await page.locator('input[name=username]').waitFor()
  await others?.fulfill({ body: '{}\n' }).catch(() => {})
  await signInToConsole(page)
  await page.getByRole('button', { name: 'Export', exact: true }).waitFor()
  expect(files).toHaveLength(1)
  expect(complaints).toEqual([])
})
