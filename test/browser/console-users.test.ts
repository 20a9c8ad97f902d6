/** The console's list of users, and their import. */

import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { importedHashes } from '../../packages/server/test/imported-hashes.js'
import { mailsOf } from '../../packages/server/test/mails.js'
import type { TestServer } from '../../packages/server/test/test-server.js'
import { signedIn } from '../../packages/server/test/token-requests.js'
import {
  alertOf,
  darkPhone,
  expectAccessible,
  follow,
  heading,
  look,
  openBrowser,
  openConsole,
  press,
  root,
  signInToConsole,
  withAdmin,
} from './pages.js'

openBrowser()

const hostile = '<img src=x onerror=alert(1)>'
const longest = 'W'.repeat(128)

async function importUsers(server: TestServer, users: readonly object[]): Promise<void> {
  const { access_token: token } = await signedIn(server, { ...root, scope: 'admin' })
  const lines = users.map((user) => `${JSON.stringify(user)}\n`).join('')
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' }
  const answer = await server.post('/admin/user-imports', lines, headers)
  expect(answer.json()).toMatchObject({ imported: users.length })
}

it('finds users by a part of their names and by filters, which are in the address', async () => {
  const { server, address } = await withAdmin()
  await importUsers(server, [
    { username: hostile, email: 'img@example.com', scopes: ['items:<b>', '{count}'] },
    { username: longest, email: `${'w'.repeat(60)}@${'w'.repeat(60)}.example.com` },
    { username: 'שלום עולם', disabled: true },
    ...Array.from({ length: 60 }, (_, at) => ({
      username: `user${at}`,
      email: `user${at}@example.com`,
      email_verified: at % 2 === 0,
      scopes: at % 20 === 0 ? ['items:read'] : [],
    })),
  ])
  const { page, complaints } = await openConsole(address, '/users')
  await page.getByText('50 shown, and there are more.').waitFor()
  await look(page, 'console-users')
  await expectAccessible(page)
  await press(page, 'Show more')
  await page.getByText('64 shown, which are all.').waitFor()
  await page.getByLabel('Username or address holds').fill('u')
  await page.getByText('Two characters or more.').waitFor()
  await page.getByLabel('Username or address holds').fill('onerror')
  await page.getByRole('link', { name: hostile }).waitFor()
  await page.getByText('1 shown, which are all.').waitFor()
  expect(page.url()).toContain('?search=onerror')
  await page.getByText('items:<b> {count}').waitFor()
  await page.getByLabel('Username or address holds').fill('user')
  await page.getByLabel('Has the scope').fill('items:read')
  await page.getByText('3 shown, which are all.').waitFor()
  await page.getByLabel('E-mail address').selectOption('true')
  await page.reload()
  await page.getByText('3 shown, which are all.').waitFor()
  expect(await page.getByLabel('Username or address holds').inputValue()).toBe('user')
  await page.getByLabel('State').selectOption('true')
  await page.getByText('Nobody found.').waitFor()
  await look(page, 'console-users-nobody')
  await expectAccessible(page)
  await press(page, 'Show all users')
  await page.getByText('50 shown, and there are more.').waitFor()
  await page.getByLabel('State').selectOption('true')
  await page.getByText('1 shown, which are all.').waitFor()
  expect(complaints).toEqual([])
})

it('adds a user, who gets a link to choose a password by', async () => {
  const { server, address } = await withAdmin()
  const { page, complaints } = await openConsole(address, '/users')
  await press(page, 'Add a user')
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Username').fill('root')
  await dialog.getByLabel('E-mail address').fill('carol@example.com')
  await look(page, 'console-users-add')
  await expectAccessible(page)
  await dialog.getByRole('button', { name: 'Add a user' }).click()
  expect(await alertOf(page)).toMatch(/taken/)
  await dialog.getByLabel('Username').fill('carol')
  await dialog.getByLabel('Scopes').fill('items:read')
  await dialog.getByRole('button', { name: 'Add a user' }).click()
  await page
    .getByText(/a link to choose a password by is on its way to carol@example.com/)
    .waitFor()
  await page.getByRole('cell', { name: 'items:read' }).waitFor()
  expect(await server.latchkey.users.get('carol')).toMatchObject({ scopes: 'items:read' })
  expect(await mailsOf(server)).toHaveLength(1)
  expect(complaints).toEqual([])
})

it('invites somebody by mail, and takes it back', async () => {
  const { server, address } = await withAdmin()
  const { page, complaints } = await openConsole(address, '/users')
  await follow(page, 'Invitations')
  await page.getByText('There is no invitation that is good still.').waitFor()
  await press(page, 'Invite somebody')
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Invite somebody' }).click()
  await dialog.getByText('Please fill this in.').waitFor()
  await dialog.getByLabel('E-mail address').fill('dora@example.com')
  await dialog.getByLabel('Scopes').fill('items:read')
  await dialog.getByRole('button', { name: 'Invite somebody' }).click()
  await page.getByText('A link is on its way to dora@example.com.').waitFor()
  await page.getByRole('cell', { name: 'items:read' }).waitFor()
  expect(await mailsOf(server)).toHaveLength(1)
  await look(page, 'console-invitations')
  await expectAccessible(page)
  await press(page, 'Withdraw the invitation of dora@example.com')
  await dialog.getByRole('button', { name: 'Withdraw' }).click()
  await page.getByText('The invitation of dora@example.com is withdrawn.').waitFor()
  await page.getByText('There is no invitation that is good still.').waitFor()
  expect(complaints).toEqual([])
})

/** 3,000 users, of whom some are there twice, and lines that are none. */
function manyUsers(): string {
  const users = Array.from({ length: 3000 }, (_, at) => ({
    username: `user${at}`,
    email: `user${at}@example.com`,
    password_hash: at % 3 === 0 ? importedHashes.bcrypt : undefined,
  }))
  const lines = users.map((user) => JSON.stringify(user))
  lines[9] = `{"username": "${hostile}", "dissabled": true}`
  lines[99] = 'no user at all'
  lines[2900] = JSON.stringify({ username: 'USER5' })
  lines[2901] = JSON.stringify({ username: 'root' })
  return lines.join('\n')
}

async function choose(page: Page, name: string, content: string): Promise<void> {
  const file = { name, mimeType: '', buffer: Buffer.from(content) }
  await page.getByLabel('A file in NDJSON or CSV').setInputFiles(file)
}

it('imports a file after a check, while other pages are looked at, and through a lost connection', async () => {
  const { server, address } = await withAdmin()
  const { page, complaints } = await openConsole(address, '/users')
  await follow(page, 'Import users')
  await heading(page, 'Import users')
  await expectAccessible(page)
  await choose(page, 'users.json', '[{"username":"ann"}]')
  expect(await alertOf(page)).toMatch(/one JSON document/)
  await choose(page, 'users.ndjson', manyUsers())
  await page.getByText(/is in JSON lines/).waitFor()
  await look(page, 'console-import-chosen')
  await press(page, 'Check the file')
  await page.getByText('The file is checked. Nothing was changed.').waitFor()
  await page.getByText('It is no JSON object').waitFor()
  await look(page, 'console-import-checked')
  await expectAccessible(page)

  // The answer to the second piece is lost after the server has taken it, and the connection stays away
  // until the import was seen waiting, however long that takes.
  let pieces = 0
  let isAway = true
  await page.route('**/admin/user-imports*', async (route) => {
    pieces += 1
    if (pieces === 1 || !isAway) return route.continue()
    if (pieces === 2) await route.fetch()
    return route.abort()
  })
  await page.getByRole('button', { name: /^Import 2,99\d users$/ }).click()
  await page.getByText(/goes on where it was/).waitFor()
  await look(page, 'console-import-waiting')
  await follow(page, 'Users')
  await page.getByRole('link', { name: /^Import (waits at|: )/ }).waitFor()
  isAway = false
  await page.getByRole('link', { name: 'Import is done' }).click()
  await page.getByText('The import is done.').waitFor()
  expect(await page.getByRole('definition').allInnerTexts()).toEqual(['2,996', '1', '3'])
  await page.getByText('The same name, address or id as at 6').waitFor()
  await look(page, 'console-import-done')
  await page.getByRole('link', { name: 'Import is done' }).waitFor({ state: 'hidden' })
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    press(page, 'Save what was left out, to mend it'),
  ])
  expect(saved.suggestedFilename()).toBe('left-out.ndjson')
  await follow(page, 'To the users')
  await page.getByText('50 shown, and there are more.').waitFor()
  expect(await server.latchkey.users.find('user2999')).toBeDefined()
  expect(complaints).toEqual([])
})

it('waits for the admin whose right was taken meanwhile, and goes on when they are back', async () => {
  const { server, address } = await withAdmin()
  const { id } = await server.latchkey.users.get(root.username)
  const { page, complaints } = await openConsole(address, '/users/import')
  await choose(
    page,
    'users.csv',
    `username\n${Array.from({ length: 9000 }, (_, at) => `user${at}\n`).join('')}`,
  )
  const edit = (scopes: string[]) =>
    server.latchkey.userEdits.edit(id, { scopes }, { actor: 'test' })
  let pieces = 0
  await page.route('**/admin/user-imports*', async (route) => {
    pieces += 1
    if (pieces === 2) await edit([])
    return route.continue()
  })
  await press(page, 'Import without a check')
  expect(await alertOf(page)).toMatch(/root is no admin any more/)
  await edit(['admin'])
  await signInToConsole(page)
  await page.getByText('The import is done.').waitFor()
  expect(await page.getByRole('definition').allInnerTexts()).toEqual(['9,000', '0', '0'])
  expect(complaints).toEqual([])
})

it('works on a phone, in the dark and in German', async () => {
  const { server, address } = await withAdmin()
  await importUsers(server, [{ username: longest, email: `${'w'.repeat(60)}@example.com` }])
  const { page, complaints } = await openConsole(address, '/users', darkPhone)
  await page.getByText('2 gezeigt, das sind alle.').waitFor()
  await look(page, 'console-users-phone')
  await expectAccessible(page)
  await page.goto(`${address}/console/users/import`)
  await heading(page, 'Benutzer importieren')
  const buffer = Buffer.from(manyUsers())
  const file = { name: `${longest}.ndjson`, mimeType: '', buffer }
  await page.getByLabel('Eine Datei in NDJSON oder CSV').setInputFiles(file)
  await press(page, 'Datei prüfen')
  await page.getByText('Die Datei ist geprüft.').waitFor()
  await look(page, 'console-import-phone')
  await expectAccessible(page)
  expect(complaints).toEqual([])
})
