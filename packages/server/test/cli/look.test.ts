import { randomBytes } from 'node:crypto'
import { chmodSync, readdirSync, writeFileSync } from 'node:fs'
import { describe, expect, it, vi } from 'vitest'
import { demoUser } from '../../src/demo-user.js'
import { databases } from '../databases.js'
import { p256Key } from '../encryption-keys.js'
import { testServer } from '../test-server.js'
import { run } from './commands.js'
import { closedFolder, emptyFolder } from './run.js'

// Many processes: on a busy machine they take their time.
vi.setConfig({ testTimeout: 120_000 })

const issuer = 'http://127.0.0.1:8000'

interface Finding {
  check: string
  verdict: string
  detail: string
}

async function findings(env: Record<string, string>): Promise<Map<string, Finding>> {
  const { stdout } = await run(['doctor', '--json'], { env })
  const all: Finding[] = JSON.parse(stdout).findings
  return new Map(all.map((finding) => [finding.check, finding]))
}

describe('latchkey token inspect and key list', () => {
  it('show what is in a token, and end with 1 when it is no good', async () => {
    const databaseUrl = `sqlite:${emptyFolder()}/latchkey.db`
    const env = { LATCHKEY_DATABASE_URL: databaseUrl, LATCHKEY_ISSUER: issuer }
    const server = await testServer({ databaseUrl, issuer })
    await server.addUser()
    const token = await server.signIn()
    server.pass(-2 * 3_600_000)
    const expired = await server.signIn()
    const tampered = token.replace(/\.(.)/, (_, first) => `.${first === 'A' ? 'B' : 'A'}`)
    const inspect = (input: string) => run(['token', 'inspect', '--json'], { env, input })

    const [argument, good, old, changed, garbage, huge, nothing, keys, keysAsJson] =
      await Promise.all([
        run(['token', 'inspect', token], { env }),
        inspect(`${token}\n`),
        inspect(expired),
        inspect(tampered),
        inspect('\u001b[2J.\u202e.x'),
        inspect('a'.repeat(100_000)),
        inspect(''),
        run(['key', 'list'], { env }),
        run(['key', 'list', '--json'], { env }),
      ])

    expect(argument).toMatchObject({ status: 0, stderr: '' })
    expect(argument.stdout).toMatch(/^This token is valid here\.\n\nHeader\n/)
    expect(argument.stdout).toMatch(/\n {2}alg +"EdDSA"\n/)
    expect(argument.stdout).toMatch(/\n {2}exp +\d+ {2}\(\d{4}-\d\d-\d\dT\S+Z\)\n/)
    expect(good.status).toBe(0)
    const [key] = JSON.parse(keysAsJson.stdout).items
    expect(JSON.parse(good.stdout)).toMatchObject({
      valid: true,
      header: { typ: 'at+jwt', alg: 'EdDSA', kid: key.kid },
      claims: { iss: issuer, client_id: 'first-party', scope: 'account' },
    })
    expect(old.status).toBe(1)
    expect(JSON.parse(old.stdout)).toMatchObject({ valid: false, reason: 'it has expired' })
    for (const refused of [changed, garbage, huge, nothing]) {
      expect(refused).toMatchObject({ status: 1, stderr: '' })
      expect(JSON.parse(refused.stdout)).toMatchObject({ valid: false, reason: expect.any(String) })
    }

    expect(keys.stdout).toMatch(
      new RegExp(`^KEY ID +ALGORITHM +CREATED +STATE\\n${key.kid} +EdDSA +\\S+Z +signing\\n$`),
    )
    expect(JSON.parse(keysAsJson.stdout)).toEqual({
      items: [
        {
          kid: key.kid,
          alg: 'EdDSA',
          state: 'signing',
          created_at: expect.any(String),
          signs_from: key.created_at,
          verifies_until: null,
          retired_at: null,
        },
      ],
      next_cursor: null,
    })
  })

  it('C12 open an encrypted token where the key is, and show how it is encrypted where not', async () => {
    const databaseUrl = `sqlite:${emptyFolder()}/latchkey.db`
    const { path, jwk } = p256Key()
    const env = { LATCHKEY_DATABASE_URL: databaseUrl, LATCHKEY_ISSUER: issuer }
    const withKey = { ...env, LATCHKEY_TOKEN_ENCRYPTION: path }
    const withAnother = { ...env, LATCHKEY_TOKEN_ENCRYPTION: p256Key('b').path }
    const server = await testServer({ databaseUrl, issuer, tokenEncryption: path })
    await server.addUser()
    const token = await server.signIn()
    const signedOnly = await server.latchkey.encryption?.open(token)
    const inspect = (keys: Record<string, string>, input = token) =>
      run(['token', 'inspect', '--json'], { env: keys, input })

    const [asText, opened, closed, foreign, unencrypted] = await Promise.all([
      run(['token', 'inspect'], { env: withKey, input: token }),
      inspect(withKey),
      inspect(env),
      inspect(withAnother),
      inspect(withKey, signedOnly),
    ])

    expect(asText).toMatchObject({ status: 0, stderr: '' })
    expect(asText.stdout).toMatch(/^This token is valid here\.\n\nEncryption\n {2}alg +"ECDH-ES/)
    expect(asText.stdout).toMatch(/\n\nHeader\n.+ {2}alg +"EdDSA"\n.+\nClaims\n/s)
    const encryption = { alg: 'ECDH-ES+A256KW', enc: 'A256GCM', cty: 'JWT', kid: jwk.kid }
    expect(opened.status).toBe(0)
    expect(JSON.parse(opened.stdout)).toMatchObject({
      valid: true,
      encryption,
      header: { typ: 'at+jwt' },
      claims: { iss: issuer, client_id: 'first-party' },
    })
    for (const [{ status, stdout }, reason] of [
      [closed, 'it is encrypted, and no key to open it with is configured here'],
      [foreign, 'the key that is configured here does not open it'],
    ] as const) {
      expect(status).toBe(1)
      const { encryption: outer, ...rest } = JSON.parse(stdout)
      expect(outer).toMatchObject(encryption)
      expect(rest).toEqual({ valid: false, reason })
    }
    expect(unencrypted.status).toBe(1)
    expect(JSON.parse(unencrypted.stdout)).toMatchObject({
      valid: false,
      reason: 'it is signed only, and encrypted ones are asked for here',
      claims: { iss: issuer },
    })
  })

  it('K02 show claims that a terminal would obey in a form that it does not', async () => {
    const env = { LATCHKEY_DATABASE_URL: `sqlite:${emptyFolder()}/latchkey.db` }
    const claims = { '\u009bsub\u202e': 'al\u{e0041}\u2028ice' }
    const part = Buffer.from(JSON.stringify(claims)).toString('base64url')
    const input = `${part}.${part}.x`
    const [asText, asJson] = await Promise.all([
      run(['token', 'inspect'], { env, input }),
      run(['token', 'inspect', '--json'], { env, input }),
    ])
    expect(JSON.parse(asJson.stdout)).toMatchObject({ valid: false, header: claims, claims })
    for (const { stdout } of [asText, asJson]) {
      expect(stdout.replaceAll('\n', '')).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u)
    }
  })

  it('say so when there is no key yet', async () => {
    const env = { LATCHKEY_DATABASE_URL: `sqlite:${emptyFolder()}/latchkey.db` }
    expect(await run(['key', 'list'], { env })).toMatchObject({
      status: 0,
      stdout: 'No keys yet: the first start of the server makes one.\n',
    })
  })
})

for (const database of databases) {
  describe(`latchkey migrate and doctor on ${database.name}`, () => {
    it('bring the database up to date, and find nothing wrong with it', async () => {
      const env = { LATCHKEY_DATABASE_URL: await database.url() }
      expect(await run(['migrate', '--json'], { env })).toMatchObject({ status: 0, stderr: '' })
      const [again, healthy] = await Promise.all([
        run(['migrate'], { env }),
        run(['doctor'], { env }),
      ])
      expect(again).toEqual({ status: 0, stdout: 'The database is up to date.\n', stderr: '' })
      expect(healthy.stderr).toBe('')
      expect(healthy.stdout).toMatch(new RegExp(`^ok +${database.name} engine: `, 'm'))
      expect(healthy.stdout).toMatch(/^ok +\S+ migrations: all applied$/m)
      expect(healthy.stdout).toMatch(/^(ok|warn) +password hashing: a new hash verifies;/m)
      const failures = healthy.stdout.match(/^FAIL.*$/gm) ?? []
      expect(healthy.status).toBe(failures.length === 0 ? 0 : 1)
      // The PostgreSQL of the tests need not survive a power cut.
      const durability = /PostgreSQL (fsync|full_page_writes|synchronous_commit): off: set /
      expect(failures.filter((line) => !durability.test(line))).toEqual([])
    })
  })
}

describe('latchkey migrate', () => {
  it('says what it applied', async () => {
    const env = { LATCHKEY_DATABASE_URL: `sqlite:${emptyFolder()}/latchkey.db` }
    expect((await run(['migrate'], { env })).stdout).toMatch(/^Applied: 0001-\S+/)
  })
})

describe('latchkey doctor', () => {
  it('makes nothing where there is nothing yet', async () => {
    const folder = emptyFolder()
    const env = { LATCHKEY_DATABASE_URL: `sqlite:${folder}/data/latchkey.db` }
    const { status, stdout } = await run(['doctor'], { env })
    expect(status).toBe(0)
    expect(stdout).toMatch(/^warn +database: \S+latchkey\.db is made at the first start$/m)
    expect(stdout).toMatch(/^warn +settings: for latchkey serve: LATCHKEY_ISSUER is required/m)
    expect(readdirSync(folder)).toEqual([])
  })

  it('ends with 1 and names each fault of the settings', async () => {
    const env = { LATCHKEY_PORT: 'x', LATCHKEY_ISUER: 'y' }
    const { status, stdout } = await run(['doctor'], { env })
    expect(status).toBe(1)
    expect(stdout.match(/^FAIL +settings: LATCHKEY_(ISUER|PORT)/gm)).toHaveLength(2)
  })

  it('L01 finds a secret or a database that others can read', async () => {
    const folder = emptyFolder()
    const databaseUrl = `sqlite:${folder}/latchkey.db`
    await testServer({ databaseUrl, secretKey: undefined })
    const env = { LATCHKEY_DATABASE_URL: databaseUrl }
    chmodSync(`${folder}/secret.key`, 0o644)
    expect((await findings(env)).get('signing keys')).toMatchObject({
      verdict: 'fails',
      detail: expect.stringMatching(/can be read by others/),
    })
    chmodSync(`${folder}/secret.key`, 0o600)
    expect((await findings(env)).get('signing keys')).toMatchObject({ verdict: 'holds' })
    chmodSync(`${folder}/latchkey.db`, 0o644)
    expect((await findings(env)).get('database')).toMatchObject({
      verdict: 'fails',
      detail: expect.stringMatching(/can be read or written by everyone/),
    })
  })

  it.skipIf(process.getuid?.() !== 0)('L04 finds that it runs as root', async () => {
    const env = { LATCHKEY_DATABASE_URL: 'sqlite::memory:' }
    const asRoot = await run(['doctor'], { env })
    expect(asRoot.stdout).toMatch(/^warn +account: this runs as root, .*a user of its own$/m)
    const asNobody = await run(['doctor'], { env, unprivileged: true })
    expect(asNobody.stdout).toMatch(/^ok +settings/m)
    expect(asNobody.stdout).not.toContain('root')
  })

  it('L01 finds the file of a secret that everyone can read', async () => {
    const LATCHKEY_SECRET_KEY_FILE = `${emptyFolder()}/secret`
    writeFileSync(LATCHKEY_SECRET_KEY_FILE, randomBytes(32).toString('hex'), { mode: 0o600 })
    expect((await findings({ LATCHKEY_SECRET_KEY_FILE })).get('secrets')).toBeUndefined()
    chmodSync(LATCHKEY_SECRET_KEY_FILE, 0o644)
    expect((await findings({ LATCHKEY_SECRET_KEY_FILE })).get('secrets')).toMatchObject({
      verdict: 'warns',
      detail: expect.stringMatching(/^LATCHKEY_SECRET_KEY_FILE .* everyone /),
      remedy: 'chmod o-r',
    })
  })

  it('I06 finds the demo’s user, as long as its password is the one that everybody knows', async () => {
    const databaseUrl = `sqlite:${emptyFolder()}/latchkey.db`
    const server = await testServer({ databaseUrl, secretKey: undefined })
    const look = async () => (await findings({ LATCHKEY_DATABASE_URL: databaseUrl })).get('users')
    expect(await look()).toBeUndefined()
    await server.addUser({ ...demoUser, pastPolicy: true })
    expect(await look()).toMatchObject({
      verdict: 'warns',
      detail: expect.stringMatching(/testuser /),
      remedy: expect.stringMatching(/latchkey user delete testuser/),
    })
    await server.latchkey.users.setPassword('testuser', 'another of her sentences', {
      actor: 'test',
    })
    expect(await look()).toBeUndefined()
  })

  it('K01 says why a database can’t be reached, without the password to it', async () => {
    const env = { LATCHKEY_DATABASE_URL: 'postgres://latchkey:hunter2hunter2@127.0.0.1:1/latchkey' }
    const [examined, listed] = await Promise.all([
      run(['doctor'], { env }),
      run(['user', 'list'], { env }),
    ])
    expect(examined.status).toBe(1)
    expect(examined.stdout).toMatch(/^FAIL +database: The database can't be used: .*ECONNREFUSED/m)
    expect(listed).toMatchObject({ status: 1, stdout: '' })
    expect(listed.stderr).toMatch(/^The database can't be used: .*ECONNREFUSED.*\n$/)
    expect(`${examined.stdout}${listed.stderr}`).not.toContain('hunter2')
  })

  it('finds a folder where no database can be made', async () => {
    const env = { LATCHKEY_DATABASE_URL: `sqlite:${closedFolder()}/data/latchkey.db` }
    const { status, stdout } = await run(['doctor'], { env, unprivileged: true })
    expect(status).toBe(1)
    expect(stdout).toMatch(/^FAIL +database: .*EACCES/m)
  })

  it('L01 finds a key for encrypted tokens that everyone can read', async () => {
    const env = { LATCHKEY_TOKEN_ENCRYPTION: p256Key().path }
    chmodSync(env.LATCHKEY_TOKEN_ENCRYPTION, 0o644)
    const { status, stdout } = await run(['doctor'], { env })
    expect(status).toBe(1)
    expect(stdout).toMatch(/^FAIL +settings: LATCHKEY_TOKEN_ENCRYPTION names a file that everyone/m)
  })

  it('says what is not wise, how to mend it, and which secrets are no files', async () => {
    const env = {
      LATCHKEY_DATABASE_URL: `sqlite:${emptyFolder()}/latchkey.db`,
      LATCHKEY_ISSUER: 'https://auth.example.com',
      LATCHKEY_SECRET_KEY: 'b3V0IG9mIHRoZSBibHVlIGFuZCBpbnRvIHRoZSBibGFjaw',
      LATCHKEY_FAILURES_OVERALL: 'off',
    }
    const { status, stdout } = await run(['doctor'], { env })
    expect(status).toBe(0)
    expect(stdout).toMatch(/^warn +settings: .* take .*LATCHKEY_FAILURES_OVERALL=off away$/m)
    expect(stdout).toMatch(/^warn +settings: callers come through a proxy/m)
    expect(stdout).toMatch(/^ok +secrets: LATCHKEY_SECRET_KEY from the environment; a file/m)
    expect(stdout).not.toContain(env.LATCHKEY_SECRET_KEY)
  })

  it('says how many a second can sign in, and warns of many apps that ask for passwords', async () => {
    const env = { LATCHKEY_DATABASE_URL: `sqlite:${emptyFolder()}/latchkey.db` }
    const add = (id: string) =>
      run(['client', 'add', id, '--grant', 'password', '--public'], { env })
    for (const id of ['a', 'b', 'c', 'd']) expect((await add(`app-${id}`)).status).toBe(0)
    // On a machine as busy as those of tests it may take a second.
    expect((await findings(env)).get('password hashing')).toMatchObject({
      detail: expect.stringMatching(/about \S+ people a second/),
    })
    expect((await findings(env)).has('clients')).toBe(false)
    await add('app-e')
    expect((await findings(env)).get('clients')).toMatchObject({
      verdict: 'advises',
      detail: expect.stringMatching(/^5 clients may ask/),
    })
  })

  it('C04 warns of a secret for HS256 that somebody made up', async () => {
    const env = {
      LATCHKEY_DATABASE_URL: `sqlite:${emptyFolder()}/latchkey.db`,
      LATCHKEY_SIGNING_ALGORITHM: 'HS256',
      LATCHKEY_HS256_SECRET: 'correct horse battery staple, correct horse',
    }
    const { status, stdout } = await run(['doctor'], { env })
    expect(status).toBe(0)
    expect(stdout).toMatch(/^warn +settings: the secret for HS256 does not look random/m)
    expect(stdout).not.toContain('correct horse')
  })
})
