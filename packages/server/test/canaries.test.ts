/** Checklist K01: what is secret is nowhere but where it belongs, whoever has sent it and in whatever guise. */

import { CompiledQuery } from 'kysely'
import { expect, it } from 'vitest'
import { databases } from './databases.js'
import { mailsOf, tokenOf } from './mails.js'
import { type TestServer, testServer } from './test-server.js'
import { addClient, basic, refresh, send, sendJson } from './token-requests.js'

const password = 'Kanarienvögel singen & fliegen?'
const newPassword = 'Kanarienvögel/schlafen+auch=mal'
const resetPassword = 'Kanarienvögel träumen nachts ~*'
const wrong = {
  password: 'Kanarienvögel lügen (selten)!',
  token: 'canary-token-ZmFsc2NoZXIgS2FuYXJpZW52b2dlbA',
  clientSecret: 'canary/secret+of=client',
  bearer: 'canary.bearer.c2luZ2VuZGVy',
  cookie: 'canary-cookie-Z2ViYWNrZW4',
}
const hs256Secret = 'a canary that signs each token: 0d6b2f77c1'
const secretKey = 'c0ffee'.repeat(12)
const email = 'carol@example.com'
const cookieMode = { 'latchkey-session': 'cookie' }

it.for(databases)(
  'K01 no secret of an account’s life is in log, audit, answers or database: $name',
  { timeout: 60_000 },
  async (database) => {
    const databaseUrl = await database.url()
    const settings = { databaseUrl, registration: 'open', signingAlgorithm: 'HS256', hs256Secret }
    const server = await testServer({ ...settings, secretKey })
    const { secrets, refusals } = await live(server)
    expect(refusals.length).toBeGreaterThan(20)

    const { rows } = await server.latchkey.store.audit.list({ limit: 500 })
    expect(rows.length).toBeGreaterThan(10)
    const kept = await contentOf(server)
    expect(kept).toContain('carol')
    const places = {
      log: server.log.join(''),
      audit: JSON.stringify(rows),
      refusals: refusals.join('\n'),
      database: kept,
    }
    for (const [place, text] of Object.entries(places)) {
      for (const secret of secrets) {
        const found = guisesOf(secret).filter((guise) => text.includes(guise))
        expect({ place, secret, found }).toEqual({ place, secret, found: [] })
      }
    }
    expect(places.log).not.toContain(databaseUrl)
  },
)

it('K01 a secret is found in each of its guises', () => {
  const secret = 'Kanarienvögel & Söhne?'
  const bytes = Buffer.from(secret)
  for (const text of [
    `before ${secret} after`,
    bytes.toString('hex'),
    JSON.stringify([secret]),
    new URLSearchParams({ password: secret }).toString(),
    ...['', 'a', 'ab'].flatMap((before) =>
      (['base64', 'base64url'] as const).map((code) =>
        Buffer.from(`${before}${secret} after`).toString(code),
      ),
    ),
  ]) {
    expect([text, guisesOf(secret).some((guise) => text.includes(guise))]).toEqual([text, true])
  }
  expect(guisesOf(secret).some((guise) => 'Kanarienvögel & Tochter'.includes(guise))).toBe(false)
})

/** Registers, proves, signs in and out, changes, forgets and deletes, each also with what is wrong. */
async function live(server: TestServer) {
  const refusals: string[] = []
  const issued: string[] = []
  type Sent = Awaited<ReturnType<typeof send>>
  const keep = (answer: Sent): Sent => {
    const { statusCode, headers, body } = answer
    if (statusCode >= 400) refusals.push(JSON.stringify([headers, body]))
    return answer
  }
  const tokensOf = (answer: Sent): { access: string; refresh: string } => {
    const { access_token: access, refresh_token: renewed } = answer.json()
    issued.push(access, ...(renewed === undefined ? [] : [renewed]))
    return { access, refresh: renewed }
  }
  const json = async (method: 'POST' | 'PATCH' | 'DELETE', url: string, body: object, token = '') =>
    keep(await sendJson(server, method, url, token, body))
  const put = async (url: string, payload: object) =>
    keep(await server.app.inject({ method: 'PUT', url, payload }))
  const linkOf = async (kind: 'email_verification' | 'password_reset'): Promise<string> => {
    const token = tokenOf((await mailsOf(server, kind)).at(-1))
    issued.push(token)
    return token
  }

  const account = { username: 'carol', password, email }
  expect((await json('POST', '/users', account)).statusCode).toBe(201)
  await json('POST', '/users', { ...account, password: 'short' })
  await json('POST', '/users', { ...account, password: 12_345 })
  await json('POST', '/password-strength', { password: wrong.password })
  await put('/email-verifications', { token: wrong.token })
  await put('/email-verifications', { token: await linkOf('email_verification') })

  for (const door of ['/token', '/oauth/token']) {
    keep(await send(server, door, { username: 'carol', password: wrong.password }))
    keep(await send(server, door, { username: wrong.password, password: '' }))
    keep(await send(server, door, { username: 'carol', password, scope: wrong.token }))
    keep(await send(server, door, { username: 'carol', password, grant_type: wrong.password }))
    keep(await send(server, `${door}?password=${encodeURIComponent(password)}`, {}))
    keep(await refresh(server, wrong.token, {}, {}, door))
  }
  const signIn = async (headers = {}) =>
    send(server, '/token', { username: 'carol', password }, headers)
  const first = tokensOf(await signIn())
  const second = tokensOf(await refresh(server, first.refresh))
  tokensOf(await refresh(server, second.refresh))
  keep(await refresh(server, first.refresh))

  const byCookie = await signIn(cookieMode)
  const cookie = byCookie.cookies[0]
  issued.push(byCookie.json().access_token, cookie?.value ?? '')
  keep(
    await send(
      server,
      '/token',
      { grant_type: 'refresh_token' },
      { ...cookieMode, cookie: `${cookie?.name}=${wrong.cookie}`, origin: 'http://127.0.0.1:8000' },
    ),
  )

  const clientSecret = await addClient(server, 'robot', { grants: ['client_credentials'] })
  issued.push(clientSecret)
  const grant = { grant_type: 'client_credentials' }
  const robot = tokensOf(await send(server, '/oauth/token', grant, basic('robot', clientSecret)))
  keep(await send(server, '/oauth/token', grant, basic('robot', wrong.clientSecret)))
  keep(
    await send(server, '/token', {
      ...grant,
      client_id: 'robot',
      client_secret: wrong.clientSecret,
    }),
  )
  for (const url of ['/introspect', '/revoke']) {
    keep(await send(server, url, { token: wrong.token }, basic('robot', wrong.clientSecret)))
    keep(await send(server, url, { token: robot.access }, basic('robot', clientSecret)))
  }

  for (const authorization of [`Bearer ${wrong.bearer}`, `Basic ${wrong.bearer}`, wrong.bearer]) {
    for (const url of ['/users/me', '/admin/users', '/items/', `/nowhere?token=${wrong.token}`]) {
      keep(await server.app.inject({ url, headers: { authorization, cookie: wrong.cookie } }))
    }
  }

  const mine = tokensOf(await signIn()).access
  const changed = { new_password: newPassword }
  await json('POST', '/users/me/password', { ...changed, current_password: wrong.password }, mine)
  expect(
    (await json('POST', '/users/me/password', { ...changed, current_password: password }, mine))
      .statusCode,
  ).toBeLessThan(300)
  await json('POST', '/password-resets', { email })
  await put('/password-resets', { token: wrong.token, password: resetPassword })
  const token = await linkOf('password_reset')
  await put('/password-resets', { token, password: 'password' })
  expect((await put('/password-resets', { token, password: resetPassword })).statusCode).toBe(204)
  await put('/password-resets', { token, password: resetPassword })

  const last = tokensOf(
    await send(server, '/token', { username: 'carol', password: resetPassword }),
  )
  await json('DELETE', '/users/me', { current_password: wrong.password }, last.access)
  const secrets = [password, newPassword, resetPassword, hs256Secret, secretKey, ...issued]
  return { secrets: [...secrets, ...Object.values(wrong)], refusals }
}

/** Every row of every table, as text with a character a byte. */
async function contentOf(server: TestServer): Promise<string> {
  const isFile = server.latchkey.settings.databaseUrl.startsWith('sqlite:')
  const names = await server.read<{ name: string }>(
    CompiledQuery.raw(
      isFile
        ? `select name from sqlite_master where type = 'table'`
        : `select tablename as name from pg_tables where schemaname = current_schema()`,
    ),
  )
  const tables = await Promise.all(
    names.map(({ name }) => server.read<object>(CompiledQuery.raw(`select * from "${name}"`))),
  )
  return tables
    .flat()
    .flatMap((row) => Object.values(row))
    .map((value) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : `${value}`,
    )
    .join('\n')
}

/** As it is, and in every guise in which a secret may slip through. */
function guisesOf(secret: string): string[] {
  const bytes = Buffer.from(secret)
  const tail = secret.split('.').at(-1) ?? ''
  return [
    secret,
    bytes.toString('latin1'),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    ...insideBase64(bytes),
    encodeURIComponent(secret),
    new URLSearchParams({ '': secret }).toString().slice(1),
    JSON.stringify(secret).slice(1, -1),
    // What a token is worth is in its signature.
    ...(tail.length > 20 ? [tail, Buffer.from(tail, 'base64url').toString('hex')] : []),
  ]
}

/** Its middle as it looks within any longer text in base64: there are three ways to lie between the digits. */
function insideBase64(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((before) => {
    const padded = Buffer.concat([Buffer.alloc(before), bytes])
    const whole = padded.toString('base64').replace(/=+$/, '')
    const middle = whole.slice(before === 0 ? 0 : before + 1, -1)
    return [middle, middle.replaceAll('+', '-').replaceAll('/', '_')]
  })
}
