/** One user's page in the console: why they can't sign in, and what an admin does about it. */

import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { obstacleCodes } from '../../packages/server/src/core/obstacles.js'
import type { UserRow } from '../../packages/server/src/store/schema.js'
import { entry, user } from '../../packages/server/test/store/rows.js'
import type { TestServer } from '../../packages/server/test/test-server.js'
import {
  alertOf,
  darkPhone,
  expectAccessible,
  heading,
  look,
  openBrowser,
  openConsole,
  press,
  withAdmin,
} from './pages.js'

openBrowser()

const alice = { username: 'alice', password: 'correct horse battery' }
// Django's form, which is weak, and verified all the same.
const md5OfText = 'md5$salt$67a1e09bb1f83f5007dc119c14d663aa'
const operator = { actor: 'test' }

it('says what stands between a user and a sign-in, and mends it', async () => {
  const { server, address } = await withAdmin({ failuresPerName: '3/1d' })
  await server.addUser({ email: 'alice@example.com', emailVerified: true })
  const { id } = await server.latchkey.users.get('alice')
  const { page, complaints } = await openConsole(address, `/users/${id}`)
  await heading(page, 'alice')
  await page.getByText(/nothing stands in the way/).waitFor()
  await look(page, 'console-user')
  await expectAccessible(page)
  for (let times = 0; times < 3; times++) {
    server.pass(60_000)
    await tryPassword(server, 'alice', 'a wrong one')
  }
  server.pass(500)
  await server.latchkey.userEdits.edit(id, { disabled: true }, operator)
  await page.reload()
  await page.getByText(/The user is disabled/).waitFor()
  await page.getByText(/Too many failed with this name/).waitFor()
  await page
    .getByText(/A sign-in failed: the password was wrong/)
    .first()
    .waitFor()
  await look(page, 'console-user-obstacles')
  await expectAccessible(page)
  await canSignIn(page).getByRole('button', { name: 'Enable the user' }).click()
  await page
    .getByText(/The user is enabled again\.$/)
    .first()
    .waitFor()
  await canSignIn(page).getByRole('button', { name: 'Forget failed attempts' }).click()
  await page.getByText(/nothing stands in the way/).waitFor()
  expect(await tryPassword(server, 'alice', alice.password)).toBe(200)
  expect(complaints).toEqual([])
})

it('says of users who were brought along what is wrong with their passwords or addresses', async () => {
  const { server, address } = await withAdmin()
  const { page } = await openConsole(address)
  const without = await bring(server, { username: 'carol', ...verified('carol@example.com') })
  await page.goto(`${address}/console/users/${without}`)
  await page.getByText('They have no password yet.').waitFor()
  await canSignIn(page).getByRole('button', { name: 'Mail a link for a new password' }).click()
  await page.getByText(/on its way to carol@example.com/).waitFor()
  await page.getByRole('link', { name: 'Link for a new password' }).waitFor()
  const broken = await bring(server, { username: 'dave' }, '$2x$12$N9qo8uLOickgx2ZMRZoMye')
  await page.goto(`${address}/console/users/${broken}`)
  await page.getByText(/stored hash of the password can't be checked/).waitFor()
  await page
    .getByText(/latchkey user set-password dave/)
    .first()
    .waitFor()
  const unproved = { email: 'erin@example.com', email_key: 'erin@example.com' }
  const old = await bring(server, { username: 'erin', ...unproved }, md5OfText)
  await page.goto(`${address}/console/users/${old}`)
  await page.getByText('Yes, but not every sign-in goes through.').waitFor()
  await page.getByText(/The address is not verified/).waitFor()
  await page.getByText(/is replaced at the next sign-in/).waitFor()
  await look(page, 'console-user-imported')
  const until = new Date(Date.now() + 60_000).toISOString()
  const items = obstacleCodes.map((code) => ({ code, stops: 'some', until, about: '203.0.113.7' }))
  await page.route(/\/obstacles$/, (route) => route.fulfill({ json: { items, next_cursor: null } }))
  await page.reload()
  await page.getByText('Too many failed everywhere').waitFor()
  expect(await canSignIn(page).innerText()).not.toMatch(/obstacle_|undefined|\{/)
  await look(page, 'console-user-all-obstacles')
  await expectAccessible(page)
})

it('tells the later of two admins what the other has made of a user, and keeps what was typed', async () => {
  const { server, address } = await withAdmin()
  await server.addUser()
  const { id } = await server.latchkey.users.get('alice')
  const { page, complaints } = await openConsole(address, `/users/${id}`)
  await press(page, 'Edit the metadata')
  const field = page.getByRole('textbox', { name: 'As a JSON object' })
  await field.fill('{"plan": ')
  await press(page, 'Save')
  await page.getByText(/This is no JSON/).waitFor()
  await field.fill('{"__proto__": {"admin": true}}')
  await press(page, 'Save')
  await page.getByText('No member may have the name __proto__.').waitFor()
  await field.fill('{"plan": "mine"}')
  await server.latchkey.userEdits.edit(id, { metadata: { plan: 'theirs' } }, operator)
  // As when one comes back to the tab: what is looked up then must not touch what one types.
  const lookedUp = page.waitForResponse(/admin\/users\/[0-9a-f]+$/)
  await page.evaluate(() => window.dispatchEvent(new Event('visibilitychange')))
  await lookedUp
  expect(await field.inputValue()).toBe('{"plan": "mine"}')
  await press(page, 'Save')
  expect(await alertOf(page)).toMatch(/Somebody else has changed this user while you typed/)
  await page.getByText('"plan": "theirs"').waitFor()
  expect(await field.inputValue()).toBe('{"plan": "mine"}')
  await look(page, 'console-user-changed-meanwhile')
  await expectAccessible(page)
  await press(page, 'Save mine all the same')
  await page.getByText('Saved.').waitFor()
  expect((await server.latchkey.users.get('alice')).metadata).toBe('{"plan":"mine"}')
  await server.latchkey.userEdits.edit(id, { disabled: true }, operator)
  await press(page, 'Disable the user')
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Disable the user' }).click()
  await dialog.getByText(/Somebody else has changed this user meanwhile/).waitFor()
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await server.latchkey.userEdits.remove((await server.latchkey.users.get('alice')).id, operator)
  await press(page, 'Forget failed attempts')
  await heading(page, 'There is no such user')
  expect(complaints).toEqual([])
})

it('gives scopes, ends sessions, and deletes whose name was typed', async () => {
  const { server, address } = await withAdmin({ scopes: 'items:read=See the items' })
  await server.addUser()
  const { id } = await server.latchkey.users.get('alice')
  await tryPassword(server, 'alice', alice.password)
  const { page, complaints } = await openConsole(address, `/users/${id}`)
  await press(page, 'Edit the scopes')
  await page.getByLabel('Others, parted by spaces').fill('items:raed')
  await press(page, 'Save')
  expect(await alertOf(page)).toMatch(/misspelt/)
  await page.getByLabel('Others, parted by spaces').fill('')
  await page.getByLabel(/items:read/).check()
  await look(page, 'console-user-scopes')
  await expectAccessible(page)
  await press(page, 'Save')
  await page.getByText('Saved.').waitFor()
  expect((await server.latchkey.users.get('alice')).scopes).toBe('items:read')
  await press(page, 'End all sessions')
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'End all sessions' }).click()
  await page.getByText('This user is signed in nowhere.').waitFor()
  await press(page, 'Delete the user')
  await dialog.getByLabel('Username').fill('alise')
  await dialog.getByRole('button', { name: 'Delete the user' }).click()
  await dialog.getByText('That is not the name.').waitFor()
  await dialog.getByLabel('Username').fill('alice')
  await look(page, 'console-user-delete')
  await dialog.getByRole('button', { name: 'Delete the user' }).click()
  await page.getByText('The user is deleted.').waitFor()
  expect(await server.latchkey.users.find('alice')).toBeUndefined()
  expect(complaints).toEqual([])
})

it('shows hostile strings as the text that they are, on a phone, in the dark, in German', async () => {
  const { server, address } = await withAdmin()
  const username = `<script>alert(1)</script>${'W'.repeat(103)}`
  await server.addUser({ username, email: `${'m'.repeat(60)}@${'x'.repeat(60)}.example` })
  const { id } = await server.latchkey.users.get(username)
  const metadata = { '<img src=x onerror=alert(1)>': '\u202Eevil\u2066 {name}' }
  const adminMetadata = { long: 'ﷺ'.repeat(300) }
  await server.latchkey.userEdits.edit(id, { metadata, adminMetadata }, operator)
  await tryPassword(server, username, 'wrong')
  await tryPassword(server, username, alice.password, `"><b>${'agent'.repeat(30)}</b>`)
  const { page, complaints } = await openConsole(address, `/users/${id}`, darkPhone)
  await heading(page, username)
  await page.getByText('\\u202eevil\\u2066 {name}').waitFor()
  await page.getByText('"><b>agentagent').waitFor()
  expect(await page.locator('main :is(script, img, b)').count()).toBe(0)
  await page.getByText('Was geschehen ist').waitFor()
  await page.locator('.log summary').first().click()
  await look(page, 'console-user-phone')
  await expectAccessible(page)
  expect(complaints).toEqual([])
})

function canSignIn(page: Page) {
  return page.getByRole('region', { name: 'Can they sign in?' })
}

function verified(email: string): Partial<UserRow> {
  return { email, email_key: email, email_verified: 1 }
}

/** A user as an import leaves them. */
async function bring(server: TestServer, fields: Partial<UserRow>, hash: string | null = null) {
  const row = user(fields)
  expect(await server.latchkey.store.users.create(row, hash, entry())).toBe('created')
  return row.id
}

async function tryPassword(server: TestServer, username: string, password: string, agent = '') {
  const answer = await server.app.inject({
    method: 'POST',
    url: '/token',
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'user-agent': agent },
    payload: new URLSearchParams({ username, password }).toString(),
  })
  return answer.statusCode
}
