/** The token inspector: what it says of tokens of every kind, and that none of them ever leaves the page. */

import { testTokens } from '@latchkey/guard/testing'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { p256Key } from '../../packages/server/test/encryption-keys.js'
import {
  darkPhone,
  expectAccessible,
  follow,
  heading,
  listening,
  look,
  open,
  openBrowser,
  openConsole,
  press,
  withAdmin,
} from './pages.js'

openBrowser()

/** Everything that goes over the wire. */
function listen(page: Page): string[] {
  const sent: string[] = []
  page.on('request', (request) =>
    sent.push(request.url(), JSON.stringify(request.headers()), request.postData() ?? ''),
  )
  return sent
}

async function inspect(page: Page, token: string, verdict: string, ...words: RegExp[]) {
  await page.getByLabel('Token').fill(token)
  await heading(page, verdict)
  for (const said of words) await page.getByText(said).first().waitFor()
}

const refused = 'It would be refused'

it('says whether an API would take a token, and why not, to anybody, and sends none anywhere', async () => {
  const { server, address } = await listening()
  await server.addUser()
  server.pass(-2 * 3_600_000)
  const old = await server.signIn()
  server.pass(2 * 3_600_000)
  const answer = await server.postForm('/token', {
    username: 'alice',
    password: 'correct horse battery',
  })
  const { access_token: good, refresh_token: refresh } = answer.json()
  const [head = '', payload = '', signature = ''] = good.split('.')
  const others = await testTokens({ issuer: address, audience: address })
  const encode = (text: string) => Buffer.from(text).toString('base64url')
  const deep = encode(`{"a":${'['.repeat(40_000)}${']'.repeat(40_000)}}`)
  const hostile = encode(
    JSON.stringify({
      sub: '<img src=x onerror=alert(1)>',
      '\u202eexe': '𒐫'.repeat(3000),
      iat: 1e308,
    }),
  )

  const { page, complaints } = await open('about:blank')
  const sent = listen(page)
  await page.goto(`${address}/console/inspect#${good}`)
  await page.getByText(/There is nothing to look at yet/).waitFor()
  await inspect(page, good, 'It would be accepted now', /scopes: account/, /Not revoked/)
  await page.getByText(/signature is good/).waitFor()
  await look(page, 'console-inspect')
  await expectAccessible(page)

  await inspect(page, `curl -H 'Authorization: Bearer ${old}'`, refused, /It expired 2 hours ago/)
  const tampered = encode('{"sub":"root"}')
  await inspect(page, `${head}.${tampered}.${signature}`, refused, /signature is not good/)
  const elsewhere = await others.fromAnotherIssuer()
  await inspect(page, elsewhere, refused, /Another server issued it: “https:\/\/another-issuer/)
  await inspect(page, await others.unsigned(), refused, /alg is none/)
  await inspect(page, await others.forged(), refused, /no key “test-key”/)
  await inspect(page, `${head}.${deep}.${signature}`, refused, /no token of more than 8192/)
  await expectAccessible(page)
  await inspect(page, `${head}.${hostile}.x`, refused, /Claims are missing/, /onerror/)
  await look(page, 'console-inspect-hostile')
  await expectAccessible(page)
  await inspect(page, `${head}.ü${payload}.${signature}`, refused, /not: “ü”, at place 1/)
  await inspect(page, `${head}.${payload}`, refused, /2 of three parts/)
  await inspect(page, 'xyz', 'This is no JWT')
  await inspect(page, refresh, 'This is a refresh token', /signed in as that user/)
  await look(page, 'console-inspect-refresh')
  await expectAccessible(page)

  // Signed out while somebody looks at it, who sees it within seconds.
  await inspect(page, answer.body, 'It would be accepted now', /A refresh token stands beside it/)
  await server.postForm('/revoke', { token: good })
  server.pass(3000)
  await heading(page, refused)
  await page.getByText(/It was revoked/).waitFor()
  await look(page, 'console-inspect-revoked')

  await page.getByLabel('Token').fill('x'.repeat(300_000))
  await page.getByText(/more than 262144 characters/).waitFor()
  await press(page, 'Clear')
  await page.getByText(/There is nothing to look at yet/).waitFor()
  expect(complaints).toEqual([])

  const kept = await page.evaluate(() =>
    JSON.stringify([{ ...localStorage }, { ...sessionStorage }]),
  )
  const seen = [...sent, kept].join('\n')
  for (const part of [payload, signature, refresh, old.split('.')[1], tampered, hostile]) {
    expect(seen).not.toContain(part)
  }
  expect(sent.every((line) => !line.startsWith('http') || line.startsWith(address))).toBe(true)
})

it('shows those who are signed in their own, on a phone and in German too', async () => {
  const { address } = await withAdmin()
  const { page, complaints } = await openConsole(address)
  await follow(page, 'Token inspector')
  await press(page, 'Inspect my own token')
  await heading(page, 'It would be accepted now')
  await page.getByRole('link', { name: 'Open this user' }).waitFor()
  const token = await page.getByLabel('Token').inputValue()
  expect(complaints).toEqual([])

  // Whose clock is an hour late.
  const phone = await open(`${address}/console/inspect`, darkPhone)
  await phone.page.clock.setSystemTime(Date.now() - 3_600_000)
  await phone.page.reload()
  await phone.page.getByLabel('Token').fill(token)
  await heading(phone.page, 'Es würde jetzt angenommen')
  await phone.page.getByText(/Die Uhr dieses Geräts geht falsch/).waitFor()
  await look(phone.page, 'console-inspect-phone')
  await expectAccessible(phone.page)
  await phone.page.getByLabel('Token').fill(`${token}A`)
  await heading(phone.page, 'Es würde abgelehnt')
  await look(phone.page, 'console-inspect-refused-phone')
  await expectAccessible(phone.page)
})

it('asks for a shared secret, which stays in the page as well', async () => {
  const hs256Secret = 'of the tutorial, and longer than thirty-two bytes'
  const settings = { signingAlgorithm: 'HS256', hs256Secret, subject: 'username' } as const
  const { server, address } = await listening(settings)
  await server.addUser()
  const token = await server.signIn()
  const { page, complaints } = await open('about:blank')
  const sent = listen(page)
  await page.goto(`${address}/console/inspect`)
  await inspect(page, token, "That can't be said here", /type the secret below/)
  await page.getByLabel('Shared secret').fill('short')
  await page.getByText(/that you typed has 5 bytes/).waitFor()
  await page.getByLabel('Shared secret').fill(`${hs256Secret}!`)
  await heading(page, refused)
  await page.getByLabel('Shared secret').fill(hs256Secret)
  await heading(page, 'It would be accepted now')
  await look(page, 'console-inspect-secret')
  await expectAccessible(page)
  expect(sent.join('\n')).not.toContain('tutorial')
  expect(complaints).toEqual([])
})

it('says of an encrypted token for which key it is, and that only its holder can read it', async () => {
  const key = p256Key('apis')
  const { server, address } = await listening({ tokenEncryption: key.path })
  await server.addUser()
  const token = await server.signIn()
  const { page, complaints } = await open(`${address}/console/inspect`)
  await inspect(page, token, "That can't be said here", /what is in it can't be seen here/)
  await page.getByText('with ECDH-ES+A256KW and A256GCM for the key apis').waitFor()
  await look(page, 'console-inspect-encrypted')
  await expectAccessible(page)
  const signed = (await server.latchkey.encryption?.open(token)) ?? ''
  await inspect(page, signed, refused, /this server's tokens are encrypted, too/)
  expect(complaints).toEqual([])
})

it('says what it could not find out', async () => {
  const { server, address } = await listening()
  await server.addUser()
  const token = await server.signIn()
  const { page } = await open(`${address}/console/inspect`)
  await page.route('**/status-lists/*', (route) => route.abort())
  await inspect(page, token, "That can't be said here", /Its status list could not be read/)
  await page.route('**/.well-known/*', (route) => route.abort())
  await page.reload()
  await inspect(page, token, "That can't be said here", /server's keys could not be read/)
  await look(page, 'console-inspect-unread')
  // As without https, or in a browser that is too old.
  await page.addInitScript(() => Reflect.deleteProperty(Crypto.prototype, 'subtle'))
  await page.unrouteAll()
  await page.reload()
  await inspect(page, token, "That can't be said here", /This browser can't verify “EdDSA” here/)
})
