/** The account pages, as their users see them: each page and each way through them. */

import { readFileSync } from 'node:fs'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { describe, expect, it, vi } from 'vitest'
import { mailsOf } from '../../packages/server/test/mails.js'
import {
  alertOf,
  expectAccessible,
  follow,
  heading,
  type Listening,
  listening,
  look,
  open,
  openBrowser,
  press,
  signIn,
} from './pages.js'

openBrowser()

const other = 'a wholly other sentence'

async function withAlice(settings: Parameters<typeof listening>[0] = {}): Promise<Listening> {
  const at = await listening(settings)
  await at.server.addUser({ email: 'alice@example.com', emailVerified: true })
  return at
}

/** What the last mail leads to. */
async function linkIn({ server }: Listening): Promise<string> {
  return (await mailsOf(server)).at(-1)?.values.url ?? ''
}

describe('signing in', () => {
  it('takes a name and a password, says in words what is wrong, and lasts over a reload', async () => {
    const { address } = await withAlice()
    const { page, complaints, requests, context } = await open(`${address}/account`)
    await heading(page, 'Sign in to Latchkey')
    expect(page.url()).toBe(`${address}/account/sign-in`)
    await press(page, 'Sign in')
    expect(await page.getByText('Please fill this in.').count()).toBe(2)
    await page.getByLabel('Username or e-mail address').fill('alice@example.com')
    await page.getByLabel('Password', { exact: true }).fill('wrong')
    await press(page, 'Sign in')
    expect(await alertOf(page)).toMatch(/username or the password is wrong/)
    await signIn(page, 'alice@example.com')
    expect(page.url()).toBe(`${address}/account/profile`)
    await page.getByText('alice@example.com').waitFor()
    await page.reload()
    await heading(page, 'Your profile')
    await press(page, 'Sign out')
    await page.getByText('You are signed out.').waitFor()
    await page.goBack()
    await heading(page, 'Sign in to Latchkey')
    expect(complaints).toEqual([])
    // Nothing comes from elsewhere.
    expect(requests.every((line) => line.split(' ')[1]?.startsWith(address))).toBe(true)
    expect(await context.cookies()).toEqual([])
  })

  it('J08 leaves no token where a script could find it later', async () => {
    const { address } = await withAlice()
    const { page, context } = await open(`${address}/account`)
    await signIn(page)
    const kept = await page.evaluate(() => [
      document.cookie,
      JSON.stringify({ ...localStorage }),
      JSON.stringify({ ...sessionStorage }),
    ])
    expect(kept.join()).not.toMatch(/eyJ|refresh_token/)
    const [cookie] = await context.cookies()
    expect(cookie).toMatchObject({ name: 'latchkey-dev', httpOnly: true, sameSite: 'Strict' })
    expect(kept.join()).not.toContain(cookie?.value)
  })

  it('is one click in the demo, and works by the keyboard alone', async () => {
    const { server, address } = await listening()
    const email = 'testuser@example.com'
    await server.addUser({ username: 'testuser', password: 'password123', email, pastPolicy: true })
    const demo = await open(`${address}/account`)
    await press(demo.page, 'Sign in as testuser')
    await heading(demo.page, 'Your profile')
    const { page } = await open(`${address}/account`)
    await heading(page, 'Sign in to Latchkey')
    // The name's field has the focus already.
    await page.keyboard.type('testuser')
    await page.keyboard.press('Tab')
    await page.keyboard.type('password123')
    await page.keyboard.press('Enter')
    await heading(page, 'Your profile')
    await expectFocus(page, 'Your profile')
  })

  it('goes on where a session that ended has left off, and to no page of somebody else', async () => {
    const { server, address } = await withAlice()
    const { page } = await open(`${address}/account/sessions`)
    await signInAgain(page)
    await heading(page, 'Where you are signed in')
    await page.getByText('You are signed in nowhere else.').waitFor()
    const { id } = await server.latchkey.users.get('alice')
    await server.latchkey.sessions.endAll(id, 'signed_out', { actor: 'test' })
    await follow(page, 'Profile')
    expect(await alertOf(page)).toMatch(/You were signed out/)
    await look(page, 'sign-in-again')
    await signInAgain(page)
    await heading(page, 'Your profile')
    // A cookie that is too old is gone; so is one that another app of this origin has ended.
    await page.context().clearCookies()
    await page.reload()
    expect(await alertOf(page)).toMatch(/You were signed out/)
    await signInAgain(page)
    await page.context().clearCookies()
    await press(page, 'Sign out')
    await page.getByText('You are signed out.').waitFor()
    const elsewhere = await open(`${address}/account/sign-in?to=/example.com`)
    await signIn(elsewhere.page)
    expect(elsewhere.page.url()).toBe(`${address}/account/profile`)
  })
})

async function signInAgain(page: Page): Promise<void> {
  await page.getByLabel('Username or e-mail address').fill('alice')
  await page.getByLabel('Password', { exact: true }).fill('correct horse battery')
  await press(page, 'Sign in')
}

describe('signing up', () => {
  it('says how hard a password is to guess, makes the account, and signs in', async () => {
    const at = await listening()
    const { address } = at
    const { page, complaints } = await open(`${address}/account`)
    await follow(page, 'Create an account')
    await heading(page, 'Create your account')
    await page.getByLabel('Username').fill('carol')
    await page.getByLabel('E-mail address (optional)').fill('carol@example')
    const password = page.getByLabel('Password', { exact: true })
    await password.fill('password')
    await page
      .getByText('Many people use this one.')
      .or(page.getByText('guessed first'))
      .first()
      .waitFor()
    await look(page, 'sign-up-weak')
    await press(page, 'Create an account')
    await page.getByText('This is no e-mail address.').waitFor()
    await page.getByLabel('E-mail address (optional)').fill('carol@example.com')
    await password.fill(other)
    await page.getByText('Very good').waitFor()
    expect(await page.getByRole('meter').getAttribute('value')).toBe('4')
    await look(page, 'sign-up-strong')
    await press(page, 'Create an account')
    await heading(page, 'Your profile')
    await page.getByText('A mail with a link went to carol@example.com').waitFor()
    await page.getByText('not verified').waitFor()
    await page.goto(await linkIn(at))
    await press(page, 'Confirm')
    await heading(page, 'Your e-mail address is confirmed')
    await page.goto(`${address}/account`)
    await page.getByText('verified', { exact: true }).waitFor()
    expect(complaints).toEqual([])
  })

  it('says that a name is taken, and what is not allowed', async () => {
    const { address } = await withAlice()
    const { page } = await open(`${address}/account/sign-up`)
    await page.getByLabel('Username').fill('Alice')
    await page.getByLabel('Password', { exact: true }).fill(other)
    await press(page, 'Create an account')
    expect(await alertOf(page)).toMatch(/^This username is taken/)
    const closed = await withAlice({ registration: 'closed' })
    const refused = await open(`${closed.address}/account/sign-up`)
    await refused.page.getByText('Accounts are not created here.').waitFor()
    await follow(refused.page, 'Back to sign in')
    await heading(refused.page, 'Sign in to Latchkey')
    expect(await refused.page.getByText('No account yet?').count()).toBe(0)
  })
})

it('a forgotten password is set anew by the link in a mail', async () => {
  const at = await withAlice()
  const { page } = await open(`${at.address}/account`)
  await follow(page, 'Forgot your password?')
  await page.getByLabel('E-mail address').fill('nobody@example.com')
  await press(page, 'Send the mail')
  await page.getByText('If there is an account').waitFor()
  await look(page, 'forgotten-password-sent')
  await follow(page, 'Back to sign in')
  await follow(page, 'Forgot your password?')
  await page.getByLabel('E-mail address').fill('alice@example.com')
  await press(page, 'Send the mail')
  await page.getByText('If there is an account').waitFor()
  await page.goto(await linkIn(at))
  await page.getByLabel('New password').fill(other)
  await press(page, 'Set the password')
  await heading(page, 'Your password is set')
  await follow(page, 'Sign in')
  await signIn(page, 'alice', other)
})

describe('the profile', () => {
  it('takes another address, which counts once its link was used', async () => {
    const at = await withAlice()
    const { server, address } = at
    const { page } = await open(`${address}/account`)
    await signIn(page)
    server.pass(10 * 60_000)
    await press(page, 'Change the address')
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('E-mail address').fill('new@example.com')
    await press(page, 'Save')
    expect(await alertOf(page)).toMatch(/^You signed in a while ago/)
    await look(page, 'change-address')
    await dialog.getByLabel('Current password').fill('wrong')
    await press(page, 'Save')
    await page.getByText('The current password is wrong.').waitFor()
    await dialog.getByLabel('Current password').fill('correct horse battery')
    await press(page, 'Save')
    await page.getByText('A mail with a link went to new@example.com').waitFor()
    await page.getByText('alice@example.com').waitFor()
    await expectFocus(page, 'Change the address')
    await page.goto(await linkIn(at))
    await press(page, 'Confirm')
    await heading(page, 'Your e-mail address is confirmed')
    expect((await server.latchkey.users.get('alice')).email).toBe('new@example.com')
  })

  it('offers an address to whoever has none, and the link again to whoever has not used it', async () => {
    const at = await listening()
    await at.server.addUser()
    const { page, requests } = await open(`${at.address}/account`)
    await signIn(page)
    await page.getByText('None yet').waitFor()
    await look(page, 'profile-without-address')
    await press(page, 'Add an address')
    await page.getByRole('dialog').getByLabel('E-mail address').fill('alice')
    await press(page, 'Save')
    await page.getByText('This is no e-mail address.').waitFor()
    await press(page, 'Cancel')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await at.server.addUser({ username: 'bob', email: 'bob@example.com' })
    await press(page, 'Sign out')
    await signIn(page, 'bob')
    const before = requests.length
    await page.getByRole('button', { name: 'Send the link again' }).dblclick()
    await page.getByText('A mail with a link went to bob@example.com.').waitFor()
    const posts = requests.slice(before).filter((line) => line.startsWith('POST'))
    expect(posts).toEqual([`POST ${at.address}/email-verifications`])
    expect((await mailsOf(at.server)).at(-1)).toMatchObject({ address: 'bob@example.com' })
  })
})

it('another password ends the other sessions and keeps this one', async () => {
  const { server, address } = await withAlice()
  const there = await open(`${address}/account`)
  await signIn(there.page)
  const { page } = await open(`${address}/account/password`)
  await signInAgain(page)
  await page.getByLabel('Current password').fill('wrong')
  await page.getByLabel('New password').fill('12345678')
  server.pass(10 * 60_000)
  await press(page, 'Change the password')
  expect(await alertOf(page)).toBe('The current password is wrong.')
  await page.getByLabel('Current password').fill('correct horse battery')
  await press(page, 'Change the password')
  expect(await alertOf(page)).toMatch(/^The password is one of those that are guessed first/)
  await page.getByLabel('New password').fill(other)
  await page.getByText('Very good').waitFor()
  await press(page, 'Change the password')
  await page.getByText('Your password is changed.').waitFor()
  await look(page, 'password-changed')
  expect(await page.getByLabel('New password').inputValue()).toBe('')
  await follow(page, 'Devices')
  await page.getByText('You are signed in nowhere else.').waitFor()
  await follow(there.page, 'Devices')
  await heading(there.page, 'Sign in to Latchkey')
})

/** It is where whoever listens goes on; it moves once the page is drawn. */
async function expectFocus(page: Page, text: string): Promise<void> {
  const focused = () => page.evaluate(() => document.activeElement?.textContent)
  await vi.waitFor(async () => expect(await focused()).toBe(text), { timeout: 10_000 })
}

describe('devices', () => {
  it('are on a list, and can be signed out', async () => {
    const { address } = await withAlice()
    const userAgent =
      'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1'
    const phone = await open(`${address}/account`, { userAgent })
    await signIn(phone.page)
    const { page } = await open(`${address}/account/sessions`)
    await signInAgain(page)
    await heading(page, 'Safari on iOS')
    await look(page, 'devices')
    await press(page, 'Sign out Safari on iOS')
    await heading(page, 'Sign this device out?')
    await look(page, 'sign-out-there')
    // A second Enter does no harm.
    await expectFocus(page, 'Cancel')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await press(page, 'Sign out Safari on iOS')
    await expectFocus(page, 'Cancel')
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await expectFocus(page, 'Sign out')
    await heading(page, 'Safari on iOS')
    await press(page, 'Sign out Safari on iOS')
    await page.getByRole('dialog').getByRole('button', { name: 'Sign out', exact: true }).click()
    await page.getByText('Safari on iOS is signed out.').waitFor()
    await expectFocus(page, 'Safari on iOS is signed out.')
    await page.getByText('You are signed in nowhere else.').waitFor()
    await follow(phone.page, 'Data')
    await heading(phone.page, 'Sign in to Latchkey')
  })

  it('are signed out all together, and this one with them', async () => {
    const { server, address } = await withAlice()
    await server.signIn()
    const { page } = await open(`${address}/account/sessions`)
    await signInAgain(page)
    await press(page, 'Sign out everywhere')
    await page.getByRole('dialog').getByRole('button', { name: 'Sign out everywhere' }).click()
    await page.getByText('You are signed out.').waitFor()
    const { id } = await server.latchkey.users.get('alice')
    expect((await server.latchkey.sessions.listOf(id, { limit: 9 })).rows).toEqual([])
  })
})

describe('data', () => {
  it('can be downloaded', async () => {
    const { address } = await withAlice()
    const { page } = await open(`${address}/account/data`)
    await signInAgain(page)
    const [download] = await Promise.all([page.waitForEvent('download'), press(page, 'Download')])
    expect(download.suggestedFilename()).toBe('account.json')
    const { user, sessions } = JSON.parse(readFileSync(await download.path(), 'utf8'))
    expect(user).toMatchObject({ username: 'alice', email: 'alice@example.com' })
    expect(sessions).toHaveLength(1)
    await page.getByText('The file is in your downloads.').waitFor()
  })

  it('goes for good when the name was typed, and not before', async () => {
    const { server, address } = await withAlice()
    const { page } = await open(`${address}/account/data`)
    await signInAgain(page)
    await press(page, 'Delete my account')
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Username').fill('alic')
    await dialog.getByRole('button', { name: 'Delete my account' }).click()
    await page.getByText('That is not your username.').waitFor()
    await look(page, 'delete-account')
    expect((await server.latchkey.users.find('alice'))?.username).toBe('alice')
    await dialog.getByLabel('Username').fill('alice')
    await dialog.getByRole('button', { name: 'Delete my account' }).click()
    await page.getByText('Your account is deleted.').waitFor()
    expect(await server.latchkey.users.find('alice')).toBeUndefined()
  })
})

/** How people have set their browsers. */
const readers: Record<string, BrowserContextOptions> = {
  desk: { viewport: { width: 1280, height: 800 } },
  'dark-phone': {
    viewport: { width: 360, height: 740 },
    colorScheme: 'dark',
    locale: 'de-DE',
  },
}

it.each(Object.entries(readers))(
  'all pages can be read and used at a %s',
  async (name, options) => {
    const { server, address } = await withAlice()
    await server.signIn()
    const { page, complaints } = await open(`${address}/account/sign-in`, options)
    for (const path of ['sign-in', 'sign-up', 'forgotten-password', 'nowhere']) {
      await page.goto(`${address}/account/${path}`)
      await page.getByRole('heading', { level: 1 }).waitFor()
      await look(page, `${path}-${name}`)
      await expectAccessible(page)
    }
    for (const path of ['reset-password', 'verify-email', 'invitation', 'first-admin']) {
      await page.goto(`${address}/account/${path}#token=x`)
      await page.getByRole('main').getByRole('button').waitFor()
      await look(page, `${path}-${name}`)
      await expectAccessible(page)
    }
    await page.goto(`${address}/account`)
    await page.locator('[name=username]').fill('alice')
    await page.locator('[name=password]').fill('correct horse battery')
    await page.keyboard.press('Enter')
    for (const path of ['profile', 'password', 'sessions', 'data']) {
      await page.locator(`nav a[href="/account/${path}"]`).click()
      await page.locator(`nav a[href="/account/${path}"][aria-current=page]`).waitFor()
      await page.getByRole('heading', { level: 1 }).waitFor()
      await page.waitForFunction(() => document.querySelector('.skeleton') === null)
      await look(page, `account-${path}-${name}`)
      await expectAccessible(page)
    }
    await page.locator('main section:last-child button').click()
    await page.getByRole('dialog').waitFor()
    await look(page, `dialog-${name}`)
    await expectAccessible(page)
    expect(complaints).toEqual([])
  },
)
