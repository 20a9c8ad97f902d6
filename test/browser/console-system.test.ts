/** The console's pages about the server: health, scopes, sessions, mails and clients. */

import { expect, it } from 'vitest'
import { addClient } from '../../packages/server/test/token-requests.js'
import {
  expectAccessible,
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
