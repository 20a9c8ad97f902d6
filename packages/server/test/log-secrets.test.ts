import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import bcrypt from 'bcrypt'
import { describe, expect, it } from 'vitest'
import { databases } from './databases.js'
import { entry, user } from './store/rows.js'
import { alice, doors, type TestServer, testServer } from './test-server.js'

const canary = {
  right: 'Kanarienvogel im Käfig?',
  wrong: 'Kanarienvogel entflogen!',
  imported: 'Kanarienvogel aus Übersee',
  clientSecret: 'canary/secret+of=client',
  unknownUser: 'canary who is nobody',
  scope: 'canary:scope',
  hs256Secret: 'a canary that signs each token: 0d6b2f77c1',
}

for (const database of databases) {
  describe(`after sign-ins good and bad on ${database.name}`, () => {
    it('K01 G11 no password, token or secret is in a log line, the audit log or an error', async () => {
      const server = await testServer({
        databaseUrl: await database.url(),
        signingAlgorithm: 'HS256',
        hs256Secret: canary.hs256Secret,
      })
      const { tokens, errors } = await signInInAllWays(server)
      const secrets = [...Object.values(canary), ...tokens, ...tokens.map(signatureOf)]
      const audit = await server.latchkey.store.audit.list({ limit: 100 })
      expect(audit.rows.map(({ event }) => event)).toContain('sign_in_failed')
      expectNone(secrets, server.log.join(''))
      expectNone(secrets, JSON.stringify(audit.rows))
      expectNone(secrets, errors.join('\n'))
    })
  })
}

describe.for(databases.filter(({ name }) => name === 'SQLite'))('the files of $name', (sqlite) => {
  it('K01 C05 hold no password, token, secret or private key after sign-ins good and bad', async () => {
    const databaseUrl = await sqlite.url()
    const secretKey = 'c0ffee'.repeat(12)
    const server = await testServer({ databaseUrl, secretKey, signingAlgorithm: 'ES256' })
    const { tokens } = await signInInAllWays(server)
    const { d } = server.latchkey.keys.signing.key.export({ format: 'jwk' })
    const secrets = [...Object.values(canary), ...tokens, ...tokens.map(signatureOf)]
    const bytes = [Buffer.from(secretKey, 'hex'), Buffer.from(String(d), 'base64url')]
    await server.app.close()

    const files = await filesOf(databaseUrl)
    expect(files).toContain('alice')
    expect(files).toContain('argon2id')
    expectNone([...secrets, secretKey, String(d)], files)
    for (const secret of bytes) expectNone([secret], files)
    expect(files).not.toMatch(/"d"\s*:/)
  })
})

async function signInInAllWays(server: TestServer) {
  await server.addUser({ password: canary.right })
  await server.addUser({ username: 'gone', password: canary.right })
  await server.latchkey.users.setDisabled('gone', true, { actor: 'test' })
  const row = user({ username: 'imported', username_key: 'imported' })
  await server.latchkey.store.users.create(row, await bcrypt.hash(canary.imported, 4), entry())

  const tokens: string[] = []
  const errors: string[] = []
  for (const door of doors) {
    for (const fields of [
      { username: 'alice', password: canary.right },
      { username: 'imported', password: canary.imported },
      { username: 'alice', password: canary.wrong },
      { username: 'imported', password: canary.wrong },
      { username: 'gone', password: canary.right },
      { username: canary.unknownUser, password: canary.wrong },
      { username: canary.right, password: '' },
      { ...alice, client_id: 'nobody', client_secret: canary.clientSecret },
      { username: 'alice', password: canary.right, scope: canary.scope },
      { username: 'alice', password: canary.right, grant_type: canary.wrong },
    ]) {
      const answer = await server.postForm(door, fields)
      const token = answer.json().access_token
      if (token === undefined) errors.push(JSON.stringify([answer.headers, answer.body]))
      else tokens.push(token)
    }
    const asQuery = await server.post(`${door}?password=${encodeURIComponent(canary.right)}`, '')
    const basic = Buffer.from(`x:${canary.clientSecret}`).toString('base64')
    const asBasic = await server.post(door, 'a=b', { authorization: `Basic ${basic}` })
    errors.push(asQuery.body, asBasic.body)
  }
  expect(tokens).toHaveLength(4)
  for (const token of tokens) {
    expect((await server.get('/users/me', token)).statusCode).toBe(200)
    const forged = `${token.slice(0, -4)}AAAA`
    errors.push((await server.get('/users/me', forged)).body)
    errors.push((await server.get(`/users/me?access_token=${token}`, 'x')).body)
  }
  return { tokens, errors }
}

function signatureOf(token: string): string {
  return token.split('.').at(-1) ?? ''
}

/** The database and all that lies beside it, as text with a character a byte. */
async function filesOf(databaseUrl: string): Promise<string> {
  const folder = dirname(databaseUrl.slice('sqlite:'.length))
  const names = await readdir(folder)
  const contents = await Promise.all(names.map((name) => readFile(join(folder, name), 'latin1')))
  return contents.join('\n')
}

/** As it is, and in every guise in which a secret may slip through. */
function expectNone(secrets: readonly (string | Buffer)[], text: string): void {
  for (const secret of secrets) {
    const bytes = Buffer.from(secret)
    const plain = bytes.toString('latin1')
    for (const guise of [
      plain,
      bytes.toString('utf8'),
      bytes.toString('base64').replace(/=+$/, ''),
      bytes.toString('base64url'),
      bytes.toString('hex'),
      JSON.stringify(bytes.toString('utf8')).slice(1, -1),
      encodeURIComponent(bytes.toString('latin1')),
      encodeURIComponent(bytes.toString('utf8')),
      new URLSearchParams({ '': bytes.toString('utf8') }).toString().slice(1),
    ]) {
      // Whether, and not the text itself: a failing test is not to print it all.
      expect({ guise, found: text.includes(guise) }).toEqual({ guise, found: false })
    }
  }
}
