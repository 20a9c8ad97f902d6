/** The Python of the documentation: all of it compiles, and docs/python.md guards an API where Debian's packages are. */

import { spawn, spawnSync } from 'node:child_process'
import { createHmac, generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createTestServer } from '../../packages/server/src/testing/test-server.js'
import { signed } from '../../packages/server/test/signer.js'
import {
  type TutorialRequest,
  tutorialSecret,
  tutorialToken,
} from '../../packages/server/test/tutorial-app.js'
import { codeBlocks } from './code-blocks.js'

vi.setConfig({ testTimeout: 60_000 })

/** Debian's, for which it has packages of these libraries. */
const python = '/usr/bin/python3'
const pythonAbsent = spawnSync(python, ['--version']).status !== 0
const packages = 'import fastapi, jwt, cryptography'
const packagesAbsent = spawnSync(python, ['-c', packages]).status !== 0

const shown = codeBlocks().filter(({ kind }) => kind === 'python')
const page = shown.filter((block) => block.page === 'docs/python.md').map(({ text }) => text)
const bothKeys = page.at(-1) ?? ''

it.skipIf(pythonAbsent)('what the documentation shows of Python is Python', () => {
  expect(shown.length).toBeGreaterThan(4)
  const compile = 'import sys; compile(sys.stdin.read(), "block", "exec")'
  for (const { place, text } of shown) {
    const { status, stderr } = spawnSync(python, ['-c', compile], { input: text })
    expect(status, `${place}\n${stderr}`).toBe(0)
  }
})

it('docs/python.md verifies in about twenty lines', () => {
  const [first = ''] = page
  expect(first).toContain('algorithms=["EdDSA"], leeway=30, options=required')
  const body = first.slice(first.indexOf('def verified'), first.indexOf('@app.get'))
  expect(body.split('\n').filter((line) => line.trim() !== '').length).toBeLessThan(21)
})

// With python3-fastapi, python3-jwt and python3-cryptography.
describe.skipIf(packagesAbsent)('an API by docs/python.md', () => {
  it('lets in who has a token for it, and nobody else', async () => {
    const { server, ask } = await scene()
    const { accessToken } = await server.signIn('ada')
    const [header, claims, signature = ''] = accessToken.split('.')
    const { sub, iat, exp } = claimsOf(accessToken)
    const [key] = (await (await server.fetch(`${server.issuer}/.well-known/jwks.json`)).json()).keys
    const other = (changes: object) => {
      const input = `${encode({ alg: 'HS256', kid: key.kid, typ: 'at+jwt' })}.${encode({ ...claimsOf(accessToken), ...changes })}`
      return `${input}.${createHmac('sha256', Buffer.from(key.x, 'base64url')).update(input).digest('base64url')}`
    }
    const { uri } = claimsOf(accessToken).status.status_list
    const list = await (await server.fetch(uri)).text()
    const refused = [
      'anything',
      `${header}.${encode({ ...claimsOf(accessToken), sub: 'eve' })}.${signature}`,
      `${encode({ alg: 'none', kid: key.kid, typ: 'at+jwt' })}.${claims}.`,
      other({}),
      tutorialToken,
      list,
    ]
    const [good, none, ...bad] = await ask(page.slice(0, -1), [
      ['GET', '/items/', accessToken],
      ['GET', '/items/'],
      ...refused.map((token) => ['GET', '/items/', token] as const),
    ])
    expect([sub, exp - iat]).toEqual([expect.any(String), 1800])
    expect(good).toEqual([200, expect.anything(), [{ item_id: 1, owner: sub }]])
    expect(none).toMatchObject([
      401,
      { 'www-authenticate': 'Bearer' },
      { detail: 'Not authenticated' },
    ])
    for (const answer of bad) {
      expect(answer).toMatchObject([
        401,
        { 'www-authenticate': expect.stringMatching(/^Bearer error="invalid_token", /) },
        { detail: 'The access token is invalid or has expired' },
      ])
    }
    expect(bad).toHaveLength(refused.length)
  })

  it('takes no token for another API, and none of another issuer', async () => {
    const { server, ask } = await scene()
    const { accessToken } = await server.signIn('ada')
    const asked = [['GET', '/items/', accessToken]] as const
    const change = (name: string) =>
      page
        .slice(0, -1)
        .map((block) =>
          block.replace(new RegExp(`^${name} = .*$`, 'm'), `${name} = "https://other.example"`),
        )
    expect(await ask(change('AUDIENCE'), asked)).toMatchObject([[401, {}, {}]])
    const elsewhere = page
      .slice(0, -1)
      .map((block) => block.replace('issuer=ISSUER', 'issuer="https://other.example"'))
    expect(await ask(elsewhere, asked)).toMatchObject([[401, {}, {}]])
  })

  it('B01 B10 B11 B12 B13 asks for the type, the algorithm and each claim', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519')
    const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'a', alg: 'EdDSA', use: 'sig' }
    const origin = await publisher({ keys: [jwk] })
    const now = Math.floor(Date.now() / 1000)
    const good = { iss: origin, aud: origin, sub: 'ada', iat: now, exp: now + 600 }
    const made = (claims: object, header: object = {}) =>
      signed({ alg: 'EdDSA', kid: 'a', typ: 'at+jwt', ...header }, claims, 'EdDSA', privateKey)
    const refused = [
      made(good, { typ: 'JWT' }),
      made(good, { typ: undefined }),
      made(good, { kid: undefined }),
      made(good, { kid: 'b' }),
      made(good, { alg: 'ES256' }),
      made({ ...good, iss: undefined }),
      made({ ...good, iss: `${origin}/` }),
      made({ ...good, aud: undefined }),
      made({ ...good, aud: ['https://other.example'] }),
      made({ ...good, exp: undefined }),
      made({ ...good, exp: now - 60 }),
      made({ ...good, nbf: now + 600 }),
      made({ ...good, sub: undefined }),
    ]
    const tokens = [
      made(good),
      made({ ...good, aud: ['https://other.example', origin] }),
      ...refused,
    ]
    const asked = tokens.map((token) => ['GET', '/items/', token] as const)
    const answers = await askApi(origin, page.slice(0, -1), asked, {})
    expect(answers.map(([status]) => status)).toEqual([200, 200, ...refused.map(() => 401)])
  })

  it('sees who has signed out by status lists, and by introspection', async () => {
    const { server, ask, environment } = await scene()
    const [gone, here] = [await server.signIn('ada'), await server.signIn('grace')]
    const asked = [gone, here].flatMap(({ accessToken }) => [
      ['GET', '/orders/', accessToken] as const,
      ['DELETE', '/orders/7', accessToken] as const,
    ])
    const statuses = async () =>
      (await ask(page.slice(0, -1), asked, environment)).map(([status]) => status)
    expect(await statuses()).toEqual([200, 200, 200, 200])
    await server.signOut('ada')
    await server.clock.advance('5s')
    expect(await statuses()).toEqual([401, 401, 200, 200])
  })

  it('answers 503 where it can’t know, and 401 without a token', async () => {
    const { server, ask } = await scene()
    const { accessToken } = await server.signIn('ada')
    await server.close()
    const answers = await ask(page.slice(0, -1), [
      ['GET', '/items/', accessToken],
      ['GET', '/items/'],
    ])
    expect(answers).toMatchObject([
      [503, { 'retry-after': '5' }, {}],
      [401, {}, {}],
    ])
  })

  it('takes tokens of the secret beside those of keys, each by its own algorithm', async () => {
    const { server, ask } = await scene()
    const { accessToken } = await server.signIn('ada')
    const [key] = (await (await server.fetch(`${server.issuer}/.well-known/jwks.json`)).json()).keys
    const input = `${encode({ alg: 'HS256', typ: 'JWT', kid: key.kid })}.${encode({ sub: 'eve', exp: 4_102_444_800 })}`
    const forged = [Buffer.from(key.x, 'base64url'), JSON.stringify(key)].map(
      (secret) => `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`,
    )
    const tokens = [tutorialToken, accessToken, ...forged, `${tutorialToken}x`]
    const asked = tokens.map((token) => ['GET', '/items/', token] as const)
    const answers = await ask(page, asked, { SECRET_KEY: tutorialSecret })
    expect(answers.map(([status]) => status)).toEqual([200, 200, 401, 401, 401])
    expect(answers[0]?.[2]).toMatchObject([{ owner: 'johndoe' }])
    expect(bothKeys).not.toContain('"EdDSA"')
  })
})

// With python3-jwt, and with python3-jose: the tutorial began with the one and has gone on with the other.
describe.each(['import jwt', 'from jose import jwt'])(
  'the lines of an application of FastAPI’s tutorial, by %s',
  (library) => {
    const isAbsent = spawnSync(python, ['-c', library]).status !== 0
    const lines = shown.find((block) => block.page === 'docs/from-the-fastapi-tutorial.md')?.text

    it.skipIf(isAbsent)('take the server’s tokens in the compatible form, unchanged', async () => {
      const server = await createTestServer({
        users: [{ username: 'ada', password: 'secret' }],
        settings: { signingAlgorithm: 'HS256', hs256Secret: tutorialSecret, subject: 'username' },
      })
      onTestFinished(() => server.close())
      const { accessToken } = await server.signIn('ada')
      const program = `${library}
import json, sys
ALGORITHM = "HS256"
SECRET_KEY, token = json.load(sys.stdin)
${lines}
print(username)`
      const nameIn = (token: string, secret = tutorialSecret) => {
        const input = JSON.stringify([secret, token])
        return spawnSync(python, ['-c', program], { input, encoding: 'utf8' }).stdout.trim()
      }
      expect(nameIn(accessToken)).toBe('ada')
      expect(nameIn(tutorialToken)).toBe('johndoe')
      expect(nameIn(accessToken, `${tutorialSecret}!`)).toBe('')
    })
  },
)

type PythonAnswer = [status: number, headers: Record<string, string>, body: unknown]

/** A server that listens, and an API of these blocks that is asked one request after the other. */
async function scene() {
  const server = await createTestServer({
    users: [
      { username: 'ada', password: 'secret' },
      { username: 'grace', password: 'secret' },
    ],
  })
  onTestFinished(() => server.close())
  const origin = await server.listen()
  const secret = await server.addClient({
    id: 'items-api',
    confidential: true,
    grants: ['client_credentials'],
    scopes: ['introspect'],
  })
  return {
    server,
    environment: { CLIENT_SECRET: secret ?? '' },
    ask: (blocks: readonly string[], requests: readonly TutorialRequest[], environment = {}) =>
      askApi(origin, blocks, requests, environment),
  }
}

/** An issuer that has keys, and nothing else. @returns its origin */
async function publisher(keys: object): Promise<string> {
  const server = createServer((_, response) => void response.end(JSON.stringify(keys)))
  onTestFinished(() => void server.close())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
}

async function askApi(
  origin: string,
  blocks: readonly string[],
  requests: readonly TutorialRequest[],
  environment: Record<string, string>,
): Promise<PythonAnswer[]> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const places = /"https:\/\/(?:auth|api)\.example\.com"/g
  writeFileSync(join(folder, 'api.py'), blocks.join('\n\n').replaceAll(places, `"${origin}"`))
  const program = `
import json, sys
from api import app
from asgi_requests import ask_all
print(json.dumps(ask_all(app, json.load(sys.stdin))))`
  const tests = join(import.meta.dirname, '../../packages/server/test')
  const child = spawn(python, ['-c', program], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      PYTHONPATH: tests,
      PYTHONDONTWRITEBYTECODE: '1',
      ...environment,
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const asked = requests.map(([method, path, token = null, form = null]) => [
    method,
    path,
    token,
    form,
  ])
  child.stdin.end(JSON.stringify(asked))
  const [output] = await Promise.all([text(child.stdout), once(child, 'close')])
  return JSON.parse(output)
}

function claimsOf(token: string) {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
