/** The console: who may be there, and what is around its pages. */

import { expect, it } from 'vitest'
import {
  alertOf,
  darkPhone,
  expectAccessible,
  follow,
  heading,
  look,
  open,
  openBrowser,
  openConsole,
  press,
  root,
  signIn,
  signInToConsole,
  withAdmin,
} from './pages.js'

openBrowser()

it('lets an admin in, to the page that was wanted, and nobody else', async () => {
  const { server, address } = await withAdmin()
  await server.addUser()
  const { page, complaints, requests } = await open(`${address}/console/users?search=ro`)
  await heading(page, 'Latchkey: console')
  await look(page, 'console-sign-in')
  await expectAccessible(page)
  await page.getByLabel('Username or e-mail address').fill('alice')
  await page.getByLabel('Password', { exact: true }).fill('correct horse battery')
  await press(page, 'Sign in')
  expect(await alertOf(page)).toMatch(/no admin/)
  await page.getByLabel('Password', { exact: true }).fill('wrong')
  await press(page, 'Sign in')
  await page.getByText(/username or the password is wrong/).waitFor()
  await signInToConsole(page)
  await heading(page, 'Users')
  expect(page.url()).toBe(`${address}/console/users?search=ro`)
  await look(page, 'console-users')
  await expectAccessible(page)
  await page.reload()
  await heading(page, 'Users')
  await press(page, 'Sign out')
  await heading(page, 'Latchkey: console')
  expect(complaints).toEqual([])
  expect(requests.every((line) => line.split(' ')[1]?.startsWith(address))).toBe(true)
})

it('J08 leaves no token where a script could find it later, and shares its session with the account pages', async () => {
  const { server, address } = await withAdmin()
  await server.addUser()
  const { page, context } = await openConsole(address)
  const kept = await page.evaluate(() => [
    document.cookie,
    JSON.stringify({ ...localStorage }),
    JSON.stringify({ ...sessionStorage }),
  ])
  expect(kept.join()).not.toMatch(/eyJ|refresh_token/)
  const [cookie] = await context.cookies()
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' })
  await page.goto(`${address}/account`)
  await heading(page, 'Your profile')
  await page.getByText('root').first().waitFor()
  await press(page, 'Sign out')
  await signIn(page)
  await page.goto(`${address}/console`)
  await page.getByText(/signed in as alice, but not to administer/).waitFor()
})

it('shows nothing more to whom the right is taken while a page is open', async () => {
  const { server, address } = await withAdmin()
  const { page, complaints } = await openConsole(address, '/users')
  await page.getByRole('link', { name: root.username }).waitFor()
  const { id } = await server.latchkey.users.get(root.username)
  await server.latchkey.userEdits.edit(id, { scopes: [] }, { actor: 'test' })
  await follow(page, 'Latchkey')
  // As when one comes back to the tab.
  await page.evaluate(() => window.dispatchEvent(new Event('visibilitychange')))
  expect(await alertOf(page)).toMatch(/root is no admin any more/)
  await look(page, 'console-rights-taken')
  expect(await page.getByRole('navigation').count()).toBe(0)
  await page.getByLabel('Username or e-mail address').fill(root.username)
  await page.getByLabel('Password', { exact: true }).fill(root.password)
  await press(page, 'Sign in')
  await page.getByText(/is no admin: the scope admin is missing/).waitFor()
  expect(complaints).toEqual([])
})

it('works on a phone, in the dark, in German, with its places behind a button', async () => {
  const { address } = await withAdmin()
  const { page } = await openConsole(address, '/users', darkPhone)
  await heading(page, 'Benutzer')
  await expectAccessible(page)
  await look(page, 'console-users-phone')
  await press(page, 'Menü')
  await look(page, 'console-menu-phone')
  await expectAccessible(page)
  await follow(page, 'Benutzer')
  await page.getByRole('link', { name: 'Schlüssel' }).waitFor({ state: 'hidden' })
  await page.goto(`${address}/console/nowhere`)
  await heading(page, 'Diese Seite gibt es nicht')
})
