/** The pages behind the links in mails, in a real browser. */

import fastify from 'fastify'
import { describe, expect, it, onTestFinished } from 'vitest'
import { latchkey } from '../../packages/server/src/index.js'
import { mailsOf } from '../../packages/server/test/mails.js'
import { issuer, type TestServer, testServer } from '../../packages/server/test/test-server.js'
import { alertOf, follow, heading, look, open, openBrowser, press } from './pages.js'

const email = 'alice@example.com'
const other = 'a wholly other sentence'

openBrowser()

interface Listening {
  server: TestServer
  address: string
}

async function listening(emailVerified: boolean): Promise<Listening> {
  const server = await testServer()
  await server.addUser({ email, emailVerified })
  return { server, address: await server.app.listen({ port: 0, host: '127.0.0.1' }) }
}

/** What the last mail leads to, at the address where the server is now. */
async function linkIn({ server, address }: Listening): Promise<string> {
  const mail = (await mailsOf(server)).at(-1)
  return mail?.values.url?.replace(issuer, address) ?? ''
}

describe('the page that resets a password', () => {
  it('takes a new password, says what is wrong with one, and is over once it is set', async () => {
    const at = await listening(true)
    const { server, address } = at
    await server.app.inject({ method: 'POST', url: '/password-resets', payload: { email } })
    const link = await linkIn(at)
    const token = link.split('#token=')[1] ?? ''
    const { page, complaints, requests } = await open(link, {
      viewport: { width: 360, height: 640 },
    })
    const field = page.getByLabel('New password')
    expect(await field.evaluate((input) => input === document.activeElement)).toBe(true)
    expect(page.url()).toBe(`${address}/account/reset-password`)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
    await look(page, 'reset-password-360')

    await page.keyboard.type('short')
    await page.keyboard.press('Enter')
    expect(await alertOf(page)).toBe('The password is too short: it needs at least 8 characters')
    await look(page, 'reset-password-refused')
    await page.getByLabel('Show the password').check()
    expect(await field.getAttribute('type')).toBe('text')
    await field.fill(other)
    await press(page, 'Set the password')
    await heading(page, 'Your password is set')
    await look(page, 'reset-password-done')
    expect(await field.isVisible()).toBe(false)
    const signedIn = await server.postForm('/token', { username: 'alice', password: other })
    expect(signedIn.statusCode).toBe(200)

    expect(complaints).toEqual([])
    // Each of them under the server's own address, and none with the token in it.
    expect(requests.every((line) => line.split(' ')[1]?.startsWith(`${address}/`))).toBe(true)
    expect(requests.join()).not.toContain(token)
    const again = await open(link, { colorScheme: 'dark' })
    await again.page.getByLabel('New password').fill(`${other} again`)
    await press(again.page, 'Set the password')
    expect(await alertOf(again.page)).toMatch(/not good any more/)
    expect(await again.page.getByRole('main').getByRole('button').count()).toBe(0)
    await look(again.page, 'link-over-dark')
    await follow(again.page, 'Ask for another link')
    await heading(again.page, 'Forgot your password?')
  })

  it('says so where the link is not whole, or nobody answers', async () => {
    const { address } = await listening(true)
    const { page } = await open(`${address}/account/reset-password`)
    expect(await alertOf(page)).toMatch(/link is not whole/)
    expect(await page.getByRole('main').getByRole('button').count()).toBe(0)
    // Another link in the same tab.
    await page.goto(`${address}/account/reset-password#token=x`)
    await page.getByLabel('New password').fill(other)
    // Whoever reads another language need not open the mail once more.
    await press(page, 'Deutsch')
    await heading(page, 'Ein neues Passwort setzen')
    await press(page, 'English')
    await page.getByLabel('New password').fill(other)
    await page.context().setOffline(true)
    await press(page, 'Set the password')
    expect(await alertOf(page)).toBe(
      "The server can't be reached. Look at your connection and try again.",
    )
  })

  it('is there under a prefix, in an app with a policy of its own', async () => {
    const app = fastify()
    onTestFinished(() => app.close())
    app.addHook('onRequest', async (_request, reply) => {
      reply.header('content-security-policy', "default-src 'self'")
    })
    const secretKey = '0'.repeat(64)
    await app.register(latchkey, { databaseUrl: 'sqlite::memory:', secretKey, prefix: '/auth' })
    const address = await app.listen({ port: 0, host: '127.0.0.1' })
    const { page, complaints, requests } = await open(
      `${address}/auth/account/reset-password#token=x`,
    )
    await page.getByLabel('New password').fill(other)
    await press(page, 'Set the password')
    expect(await alertOf(page)).toMatch(/not good any more/)
    expect(requests).toContain(`PUT ${address}/auth/password-resets`)
    expect(complaints).toEqual([])
  })
})

it('the page that confirms an address uses the link when somebody presses its button', async () => {
  const at = await listening(false)
  const { server } = at
  await server.app.inject({ method: 'POST', url: '/email-verifications', payload: { email } })
  const link = await linkIn(at)
  // What looks at links in mails opens them.
  await open(link)
  const { page, complaints } = await open(link, { colorScheme: 'dark' })
  await heading(page, 'Confirm your e-mail address')
  await look(page, 'verify-email-dark')
  expect((await server.latchkey.users.get('alice')).email_verified).toBe(0)
  await press(page, 'Confirm')
  await heading(page, 'Your e-mail address is confirmed')
  expect((await server.latchkey.users.get('alice')).email_verified).toBe(1)
  expect(complaints).toEqual([])
})

it('the page of an invitation makes the account that it is for', async () => {
  const server = await testServer({ registration: 'invitation' })
  await server.latchkey.invitations.invite({ email: 'carol@example.com' }, { actor: 'test' })
  const address = await server.app.listen({ port: 0, host: '127.0.0.1' })
  const { page, complaints } = await open(await linkIn({ server, address }))
  await page.getByLabel('Username').fill('carol')
  await page.getByLabel('Password', { exact: true }).fill(other)
  await press(page, 'Join')
  await heading(page, 'Your account is there')
  expect(await server.latchkey.users.get('carol')).toMatchObject({ email_verified: 1 })
  expect(complaints).toEqual([])
})

it('the page of the first admin makes one', async () => {
  const server = await testServer()
  const link = (await server.latchkey.firstAdmin.offer()) ?? ''
  const address = await server.app.listen({ port: 0, host: '127.0.0.1' })
  const { page, complaints } = await open(link.replace(issuer, address))
  await page.getByLabel('Username').fill('carol')
  await page.getByLabel('Password', { exact: true }).fill(other)
  await press(page, 'Create the admin')
  await heading(page, 'The admin is there')
  expect(await server.latchkey.users.get('carol')).toMatchObject({ scopes: 'admin' })
  expect(complaints).toEqual([])
})

it.each([
  ['invitation', 'Join', '/users', 'invitation', 'Your account is there'],
  ['first-admin', 'Create the admin', '/first-admin', 'token', 'The admin is there'],
])(
  'the page of %s sends a username and a password with the token',
  async (name, button, to, field, done) => {
    const { address } = await listening(true)
    const { page, complaints } = await open(`${address}/account/${name}#token=abc`)
    const sent: unknown[] = []
    const answers = [
      { status: 409, body: '{"detail":"That username is taken"}' },
      { status: 500, body: 'gone' },
      { status: 201, body: '{}' },
    ]
    await page.route(`${address}${to}`, async (route) => {
      sent.push([route.request().method(), route.request().postDataJSON()])
      await route.fulfill(answers[sent.length - 1])
    })
    await page.getByLabel('Username').fill('carol')
    await page.getByLabel('Password', { exact: true }).fill(other)
    await press(page, button)
    expect(await alertOf(page)).toMatch(/^This username is taken/)
    await press(page, button)
    await page.getByText('Something went wrong').waitFor()
    await press(page, button)
    await heading(page, done)
    const body = { username: 'carol', password: other, [field]: 'abc' }
    expect(sent).toEqual(Array(3).fill(['POST', body]))
    expect(complaints).toEqual([])
  },
)
