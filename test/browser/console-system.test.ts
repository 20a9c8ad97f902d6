/** The console's pages about the server: health, scopes, sessions, mails and clients. */

import { expect, it } from 'vitest'
import { addClient } from '../../packages/server/test/token-requests.js'
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
  withAdmin,
} from './pages.js'

openBrowser()

/** Markup, an override of the writing direction, no place to break, and long. */
const hostile = `"><script>alert(1)</script><img src=x onerror=alert(1)>\u202Egnp.exe ${'w'.repeat(180)}`

it('says what is wrong with the server, and what to do', async () => {
  const { server, address } = await withAdmin({
    smtpUrl: 'smtp://127.0.0.1:1',
    mailFrom: 'a@b.example',
  })
  const { page, complaints } = await openConsole(address, '/health')
  await heading(page, 'Broken')
  const mail = page.getByRole('listitem').filter({ hasText: /127\.0\.0\.1:1/ })
  await mail.getByRole('heading', { name: 'Mails' }).waitFor()
  await heading(page, 'Could be safer')
  await page.getByText('LATCHKEY_PASSWORD_MIN_LENGTH=15').waitFor()
  await page.getByText(/^In order: \d+$/).click()
  await page.getByRole('heading', { name: 'Signing keys' }).waitFor()
  await look(page, 'console-health')
  await expectAccessible(page)
  server.pass(6_000)
  const again = page.waitForResponse(/admin\/health/)
  await press(page, 'Look again')
  expect((await again).status()).toBe(200)
  await page.getByText(/^Looked at \d/).waitFor()
  await heading(page, 'Broken')
  expect(complaints).toEqual([])
})

it('shows scopes and sessions, whatever is in them, and ends a session', async () => {
  const { server, address } = await withAdmin({
    scopes: `items:read=${hostile.replaceAll(';', '')}; items:write=Change the items`,
    newUserScopes: 'items:read',
  })
  await server.addUser()
  await addClient(server, 'shop', { scopes: ['items:read'], grants: ['password'] })
  const agents = [hostile, 'Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0']
  for (const agent of agents) {
    server.pass(1_000)
    await server.post('/token', 'username=alice&password=correct%20horse%20battery', {
      'user-agent': agent.replace('\u202E', ''),
    })
  }
  const { page, complaints } = await openConsole(address, '/scopes')
  const row = page.getByRole('row').filter({ hasText: 'items:read' })
  await row.getByRole('link', { name: 'shop' }).waitFor()
  await row.getByText('Everybody who registers gets it.').waitFor()
  await look(page, 'console-scopes')
  await expectAccessible(page)
  await row.getByRole('link', { name: 'Users with items:read' }).click()
  expect(page.url()).toBe(`${address}/console/users?scope=items%3Aread`)

  await page.getByRole('link', { name: 'Sessions' }).click()
  await page.getByRole('cell', { name: 'Firefox on Linux', exact: true }).waitFor()
  await page.getByRole('cell', { name: /^"><script>/ }).waitFor()
  await look(page, 'console-sessions')
  await expectAccessible(page)
  await press(page, 'End the session of alice on Firefox on Linux')
  await page.getByRole('dialog').getByRole('button', { name: 'End', exact: true }).click()
  await page.getByText('The session of alice has ended.').waitFor()
  expect(await page.getByRole('cell', { name: 'Firefox on Linux', exact: true }).count()).toBe(0)
  const { id } = await server.latchkey.users.get('alice')
  expect((await server.latchkey.sessions.listOf(id, { limit: 9 })).rows).toHaveLength(1)
  await page.goto(`${address}/console/sessions?user_id=${id}`)
  await page.getByText('Only the sessions of one user.').waitFor()
  await page.getByRole('row').nth(1).waitFor()
  expect(await page.getByRole('row').count()).toBe(2)
  expect(complaints).toEqual([])
})

it('shows mails, and of what one says only links to this server as links', async () => {
  const { server, address } = await withAdmin()
  const [username, email] = [
    '<img src=x onerror=alert(1)> https://evil.example/',
    "'onclick=alert'@b.example",
  ]
  await server.addUser({ username, email, emailVerified: true })
  await server.app.inject({ method: 'POST', url: '/password-resets', payload: { email } })
  const { page, complaints } = await openConsole(address, '/mails')
  await page.getByRole('combobox', { name: 'State' }).selectOption('sent')
  await page.getByText('There are none like that.').waitFor()
  expect(page.url()).toBe(`${address}/console/mails?state=sent`)
  await page.getByRole('combobox', { name: 'State' }).selectOption('kept, not sent')
  await look(page, 'console-mails')
  await expectAccessible(page)
  await page.getByRole('link', { name: email }).click()
  const letter = page.getByRole('article')
  await letter.getByText(/evil\.example/).waitFor()
  const links = await letter.getByRole('link').all()
  expect(links).toHaveLength(1)
  expect(await links[0]?.getAttribute('href')).toMatch(`${address}/account/reset-password#`)
  await look(page, 'console-mail')
  await expectAccessible(page)
  expect(complaints).toEqual([])
})

it('I08 says why it does not show what a mail says where there is a mail server', async () => {
  const { server, address } = await withAdmin({
    smtpUrl: 'smtp://127.0.0.1:1',
    mailFrom: 'a@b.example',
  })
  await server.addUser({ email: 'alice@example.com', emailVerified: true })
  const payload = { email: 'alice@example.com' }
  await server.app.inject({ method: 'POST', url: '/password-resets', payload })
  await expect
    .poll(async () => (await server.latchkey.store.mails.list({ limit: 1 })).rows[0]?.fault)
    .toMatch(/ECONNREFUSED/)
  const { page } = await openConsole(address, '/mails?state=queued')
  await page.getByRole('cell', { name: /Next attempt .* failed: 1\..*ECONNREFUSED/ }).waitFor()
  await page.getByRole('link', { name: 'alice@example.com' }).click()
  await page.getByText(/^It is not shown\./).waitFor()
  await look(page, 'console-mail-waiting')
  expect(await page.getByText('token=').count()).toBe(0)
})

it('registers a client, shows its secret once, changes and removes it', async () => {
  const { server, address } = await withAdmin({ scopes: 'items:read=See; items:write=Change' })
  const { page, context, complaints } = await openConsole(address, '/clients')
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.getByText('No client is registered yet.').waitFor()
  await page.getByText(/first-party is built in/).waitFor()
  await follow(page, 'Add a client')
  await page.getByLabel('Client id').fill('a shop')
  await page.getByLabel('An access token lives').fill('soon')
  await page.getByLabel('Scopes').fill('items:wirte')
  await press(page, 'Add')
  await page.getByText('The scope items:wirte is not defined.').waitFor()
  await page.getByText('1 to 64 of A-Z a-z 0-9 . _ ~ -').waitFor()
  await page.getByText(/30m, 12h or 90d: more than nothing, and 1d at most/).waitFor()
  await page.getByLabel('Client id').fill('shop')
  await page.getByLabel('Name for people').fill(hostile.slice(0, 100))
  await page.getByLabel('An access token lives').fill('5m')
  await page.getByLabel('Scopes').fill(' items:write  items:read ')
  await look(page, 'console-new-client')
  await expectAccessible(page)
  await press(page, 'Add')
  await heading(page, 'Added: shop')
  await press(page, 'Copy')
  await page.getByText('Copied.').waitFor()
  const secret = await page.evaluate(() => navigator.clipboard.readText())
  await page.getByText(secret).waitFor()
  await look(page, 'console-client-secret')
  await expectAccessible(page)
  const origin = { actor: 'test' }
  const credentials = { id: 'shop', secret }
  expect(await server.latchkey.clients.authenticate(credentials, origin)).toMatchObject({
    scopes: ['items:read', 'items:write'],
    grants: ['password', 'refresh_token'],
    lifetimes: { accessToken: 300 },
  })

  await follow(page, 'To the client')
  // Somebody else changes what this page does not.
  await server.latchkey.clientRegistry.edit('shop', { scopes: ['items:read'] }, origin)
  await page.getByLabel('Name for people').fill('The shop')
  await page.getByLabel(/client_credentials/).check()
  await press(page, 'Save')
  await page.getByText('Saved.').waitFor()
  expect(await server.latchkey.clientRegistry.get('shop')).toMatchObject({
    name: 'The shop',
    grants: 'client_credentials password refresh_token',
    scopes: 'items:read',
  })
  // The form shows it now, and does not undo it when it is sent again.
  expect(await page.getByLabel('Scopes').inputValue()).toBe('items:read')
  await press(page, 'New secret')
  await page.getByLabel('Older secrets stay good for').selectOption('not at all')
  await look(page, 'console-client-new-secret')
  await page.getByRole('dialog').getByRole('button', { name: 'New secret' }).click()
  await page.getByText(/shown this once/).waitFor()
  await expect(server.latchkey.clients.authenticate(credentials, origin)).rejects.toThrow()
  await press(page, 'Disable')
  await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click()
  await page.getByText('Disabled: its tokens are refused.').waitFor()
  await look(page, 'console-client')
  await expectAccessible(page)
  await press(page, 'Enable')
  await page.getByText('The client is enabled.').waitFor()
  await press(page, 'Remove')
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
  await page.getByText('shop is removed.').waitFor()
  await page.getByText('No client is registered yet.').waitFor()
  await follow(page, 'Add a client')
  await page.getByLabel('Client id').fill('shop')
  await press(page, 'Add')
  expect(await alertOf(page)).toMatch(/is, or was, another client’s/)
  await page.goto(`${address}/console/clients/shop`)
  await page.getByText(/^There is no such client/).waitFor()
  expect(complaints).toEqual([])
})

it('fits on a phone, in the dark, in German, whatever is in the columns', async () => {
  const { server, address } = await withAdmin({ scopes: 'items:read=Waren ansehen' })
  const email = `${'w'.repeat(60)}@${'long.'.repeat(20)}example`
  await server.addUser({ username: '<b>'.repeat(40), email, emailVerified: true })
  await server.app.inject({ method: 'POST', url: '/password-resets', payload: { email } })
  await addClient(server, 'x'.repeat(64), { name: hostile.slice(0, 128), scopes: ['items:read'] })
  const { page, complaints } = await openConsole(address, '/health', darkPhone)
  const shown = [
    ['health', 'Zustand', /In Ordnung: /],
    ['scopes', 'Scopes', /Waren ansehen/],
    ['sessions', 'Sitzungen', /Beenden/],
    ['mails', 'Mails', /@long/],
    ['clients', 'Clients', /vertraulich/],
    [`clients/${'x'.repeat(64)}`, 'Client x', /Was er darf/],
  ] as const
  for (const [path, title, content] of shown) {
    await page.goto(`${address}/console/${path}`)
    await page.getByRole('heading', { name: title }).first().waitFor()
    await page.getByText(content).first().waitFor()
    await look(page, `console-${path.slice(0, 9).replace('/', '-')}-phone`)
    await expectAccessible(page)
  }
  expect(complaints).toEqual([])
})
