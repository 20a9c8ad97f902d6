import { randomBytes } from 'node:crypto'
import { describe, expect, it, vi } from 'vitest'
import { databases, onDatabase } from '../databases.js'
import { mailsIn, mailsOf as mailsInOutbox, type OwnedMail, tokenOf } from '../mails.js'
import { testServer } from '../test-server.js'
import { run } from './commands.js'
import { emptyFolder, type Finished, start } from './run.js'

// Many processes: on a busy machine they take their time.
vi.setConfig({ testTimeout: 120_000 })

const password = 'correct horse battery'

function newDatabase(): Record<string, string> {
  return { LATCHKEY_DATABASE_URL: `sqlite:${emptyFolder()}/latchkey.db` }
}

function recordOf({ stdout }: Finished): Record<string, unknown> {
  return JSON.parse(stdout)
}

function expectFailed(finished: Finished, sentence: RegExp): void {
  expect(finished).toEqual({ status: 1, stdout: '', stderr: expect.stringMatching(sentence) })
  expect(finished.stderr.trimEnd().split('\n')).toHaveLength(1)
}

for (const database of databases) {
  describe(`latchkey user on ${database.name}`, () => {
    it('adds, finds, changes and lists users', async () => {
      const secret = randomBytes(32).toString('hex')
      const env = { LATCHKEY_DATABASE_URL: await database.url(), LATCHKEY_SECRET_KEY: secret }
      const added = await run(
        ['user', 'add', 'Alice', '--email', 'Alice@example.com', '--email-verified'].concat([
          '--scope',
          'items:write',
          '--scope',
          'items:read',
          '--admin',
          '--json',
        ]),
        { env, input: `${password}\n` },
      )
      expect(added).toMatchObject({ status: 0, stderr: '' })
      const alice = recordOf(added)
      expect(alice).toEqual({
        id: expect.stringMatching(/^[0-9a-f]{32}$/),
        username: 'Alice',
        email: 'Alice@example.com',
        email_verified: true,
        disabled: false,
        scopes: ['account', 'admin', 'items:read', 'items:write'],
        metadata: {},
        admin_metadata: {},
        created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      })
      expect(await run(['user', 'add', 'bob'], { env, input: password })).toEqual({
        status: 0,
        stdout: expect.stringMatching(/^Added bob \([0-9a-f]{32}\)\.\n$/),
        stderr: '',
      })

      const [taken, shown, found, first] = await Promise.all([
        run(['user', 'add', 'ＡＬＩＣＥ'], { env, input: password }),
        run(['user', 'show', 'ALICE', '--json'], { env }),
        run(['user', 'list', '--search', 'ALIC', '--json'], { env }),
        run(['user', 'list', '--limit', '1', '--json'], { env }),
      ])
      expectFailed(taken, /^That username is taken\n$/)
      expect(recordOf(shown)).toEqual(alice)
      expect(recordOf(found)).toEqual({ items: [alice], next_cursor: null })
      expect(recordOf(first)).toEqual({ items: [alice], next_cursor: expect.any(String) })

      const cursor = String(recordOf(first).next_cursor)
      const [second, disabled, changed] = await Promise.all([
        run(['user', 'list', '--limit', '1', '--cursor', cursor, '--json'], { env }),
        run(['user', 'disable', 'BOB', '--json'], { env }),
        run(['user', 'set-password', 'alice', '--json'], { env, input: 'another long one' }),
      ])
      expect(recordOf(second)).toMatchObject({ items: [{ username: 'bob' }], next_cursor: null })
      expect(recordOf(disabled)).toMatchObject({ username: 'bob', disabled: true })
      expect(recordOf(changed)).toEqual(alice)
      const deleted = await run(['user', 'delete', 'BOB', '--json'], { env })
      expect(recordOf(deleted)).toEqual({ deleted: 'bob' })
      expectFailed(await run(['user', 'show', 'bob'], { env }), /^There is no user "bob"\n$/)
    })
  })
}

describe('latchkey user reset-password', () => {
  it('I08 mails a link, and prints none', async () => {
    const secretKey = randomBytes(32).toString('hex')
    const { LATCHKEY_DATABASE_URL: databaseUrl = '' } = newDatabase()
    const server = await testServer({ databaseUrl, secretKey })
    await server.addUser({ email: 'alice@example.com', emailVerified: true })
    await server.addUser({ username: 'bob', email: 'bob@example.com' })
    const env = {
      LATCHKEY_DATABASE_URL: databaseUrl,
      LATCHKEY_SECRET_KEY: secretKey,
      LATCHKEY_ISSUER: 'https://auth.example.com',
    }
    const reset = (...args: string[]) => run(['user', 'reset-password', ...args], { env })
    expect(await reset('Alice')).toEqual({
      status: 0,
      stdout: 'A mail to alice is on its way; their password stays until they use it.\n',
      stderr: '',
    })
    const [mail] = await mailsInOutbox(server)
    expect(mail?.values.url).toMatch(
      /^https:\/\/auth\.example\.com\/account\/reset-password#token=/,
    )
    const payload = { token: mail ? tokenOf(mail) : '', password: 'a wholly other sentence' }
    const used = await server.app.inject({ method: 'PUT', url: '/password-resets', payload })
    expect(used.statusCode).toBe(204)
    const [again, unreachable, unknown] = await Promise.all([
      reset('alice', '--json'),
      reset('bob'),
      reset('carol'),
    ])
    expect(recordOf(again)).toMatchObject({ username: 'alice' })
    expectFailed(unreachable, /no verified e-mail address/)
    expectFailed(unknown, /There is no user/)
  })

  it('C05 and all that tells a user of something need the master secret that is in use', async () => {
    const { LATCHKEY_DATABASE_URL: databaseUrl = '' } = newDatabase()
    const server = await testServer({ databaseUrl })
    await server.addUser({ email: 'alice@example.com', emailVerified: true })
    const env = { LATCHKEY_DATABASE_URL: databaseUrl }
    for (const [command = '', input] of [
      ['reset-password'],
      ['set-password', password],
      ['delete'],
    ]) {
      const refused = await run(['user', command, 'alice'], { env, ...(input && { input }) })
      expectFailed(refused, /secret\.key is missing.*LATCHKEY_SECRET_KEY/)
    }
    expect(await mailsInOutbox(server)).toEqual([])
    const signedIn = await server.postForm('/token', { username: 'alice', password })
    expect(signedIn.statusCode).toBe(200)
  })
})

describe('latchkey user unlock', () => {
  it('H01 lets whoever tries a user’s names do so at once, beside a running server', async () => {
    const { LATCHKEY_DATABASE_URL: databaseUrl = '' } = newDatabase()
    const secretKey = randomBytes(32).toString('hex')
    const server = await testServer({ databaseUrl, secretKey, failuresPerName: '3/1d' })
    await server.addUser({ password })
    const signIn = async (typed: string) =>
      (await server.postForm('/token', { username: 'alice', password: typed })).statusCode
    // The wait after the last one is four seconds.
    for (const milliseconds of [0, 0, 0, 1100, 2100]) {
      server.pass(milliseconds)
      expect(await signIn('wrong')).toBe(401)
    }
    expect(await signIn(password)).toBe(429)
    const env = { LATCHKEY_DATABASE_URL: databaseUrl, LATCHKEY_SECRET_KEY: secretKey }
    expect(await run(['user', 'unlock', 'ALICE'], { env })).toEqual({
      status: 0,
      stdout: 'Forgot the failed attempts with the names of alice.\n',
      stderr: '',
    })
    // For as long a process goes by what it has seen.
    server.pass(1100)
    expect(await signIn(password)).toBe(200)
    const other = { ...env, LATCHKEY_SECRET_KEY: randomBytes(32).toString('hex') }
    expectFailed(
      await run(['user', 'unlock', 'alice'], { env: other }),
      /master secret|LATCHKEY_SECRET_KEY/,
    )
  })
})

describe('latchkey user edit', () => {
  it('gives a user other scopes, all at once, or none', async () => {
    const env = { ...newDatabase(), LATCHKEY_SCOPES: 'a=One; b=Two' }
    await run(['user', 'add', 'alice', '--scope', 'a'], { env, input: password })
    const edit = (...options: string[]) => run(['user', 'edit', 'Alice', ...options], { env })
    const given = await edit('--scope', 'b', '--scope', 'admin', '--json')
    expect(recordOf(given)).toMatchObject({ scopes: ['account', 'admin', 'b'] })
    expect(await edit('--scope', 'a')).toEqual({
      status: 0,
      stdout: 'Changed the scopes of alice.\n',
      stderr: '',
    })
    expectFailed(await edit('--scope', 'c'), /"c" is not defined/)
    const wrong = await Promise.all([edit(), edit('--no-scopes', '--scope', 'a')])
    for (const { status, stderr } of wrong) {
      expect(status).toBe(2)
      expect(stderr).toContain('--no-scopes')
    }
    const shown = await run(['user', 'show', 'alice', '--json'], { env })
    expect(recordOf(shown)).toMatchObject({ scopes: ['a', 'account'] })
    expect(recordOf(await edit('--no-scopes', '--json'))).toMatchObject({ scopes: ['account'] })
  })

  it('gives a user metadata, in place of what there was', async () => {
    const env = newDatabase()
    await run(['user', 'add', 'alice'], { env, input: password })
    const edit = (...options: string[]) => run(['user', 'edit', 'alice', ...options], { env })
    const given = await edit(
      '--metadata',
      '{"a":1}',
      '--admin-metadata',
      '{"plan":"pro"}',
      '--json',
    )
    expect(recordOf(given)).toMatchObject({ metadata: { a: 1 }, admin_metadata: { plan: 'pro' } })
    const changed = await edit('--metadata', '{"b":"\u009b2J"}')
    expect(changed).toEqual({ status: 0, stdout: 'Changed alice.\n', stderr: '' })
    const shown = await run(['user', 'show', 'alice'], { env })
    expect(shown.stdout).toContain('{"plan":"pro"}')
    expect(shown.stdout).toContain('"b"')
    expect(shown.stdout).not.toContain('\u009b')
    expectFailed(await edit('--metadata', '[1]'), /metadata should be a JSON object/)
    const wrong = await edit('--metadata', '{secret')
    expect([wrong.status, wrong.stderr.includes('It should be JSON')]).toEqual([2, true])
  })
})

describe('latchkey user', () => {
  it('prints for people what fits a terminal', async () => {
    const env = newDatabase()
    expect(await run(['user', 'list'], { env })).toMatchObject({ stdout: 'No users.\n' })
    const added = await run(['user', 'add', 'alice', '--email', 'alice@example.com'], {
      env,
      input: `${password}\r\n`,
    })
    expect(added.stdout).toMatch(/^Added alice/)
    await run(['user', 'add', 'bob'], { env, input: password })

    const [shown, listed, page, none, short] = await Promise.all([
      run(['user', 'show', 'alice'], { env }),
      run(['user', 'list'], { env }),
      run(['user', 'list', '--limit', '1'], { env }),
      run(['user', 'list', '--search', '%%'], { env }),
      run(['user', 'list', '--search', 'a'], { env }),
    ])
    expectFailed(short, /^search must have two characters or more/)
    expect(shown.stdout).toMatch(
      /^id {8}[0-9a-f]{32}\nname {6}alice\ne-mail {4}alice@example\.com\nverified {2}no\ndisabled {2}no\nscopes {4}account\ncreated {3}\S+Z\n$/,
    )
    expect(listed.stdout).toMatch(
      /^NAME {3}E-MAIL {13}SCOPES {3}CREATED\nalice {2}alice@example\.com {2}account {2}\S+Z\nbob {23}account {2}\S+Z\n$/,
    )
    expect(page.stdout).toMatch(/\nalice .*\n\nThere are more: add --cursor \S+\n$/)
    expect(none).toEqual({
      status: 0,
      stdout: 'No user has that in name or address.\n',
      stderr: '',
    })
  })

  it('G04 refuses a password that is no good, and says what to do better', async () => {
    const env = newDatabase()
    const refused = await run(['user', 'add', 'alice'], { env, input: 'password123' })
    expect(refused).toEqual({
      status: 1,
      stdout: '',
      stderr: expect.stringMatching(/many people use it\nJoin three or four words/),
    })
  })

  it('refuses what can be no user, in one sentence', async () => {
    const env = { ...newDatabase(), LATCHKEY_SCOPES: 'items:read=See the items' }
    const add = (name: string, input: string | Uint8Array = password, ...options: string[]) =>
      run(['user', 'add', name, ...options], { env, input })
    await run(['migrate'], { env })
    const refusals: [Promise<Finished>, RegExp][] = [
      [add('alice', ''), /^No password was given\.\n$/],
      [add('alice', Buffer.from('correct h\xf6rse', 'latin1')), /not in UTF-8/],
      [add('victim\uff20example.com'), /looks like an @/],
      [add('alice@example.com', password, '--email', 'bob@example.com'), /own e-mail/],
      [add('alice', password, '--scope', 'items:raed'), /"items:raed" is not defined/],
    ]
    for (const [finished, sentence] of refusals) expectFailed(await finished, sentence)
    expect(await run(['user', 'list'], { env })).toMatchObject({ stdout: 'No users.\n' })
  })

  it('K02 prints names that a terminal would obey in a form that it does not', async () => {
    const env = newDatabase()
    const hostile = 'al\u001b[2Jice\u202e\u009b\u2028'
    const [unusable, unknown] = await Promise.all([
      run(['user', 'add', hostile], { env, input: password }),
      run(['user', 'show', hostile], { env }),
    ])
    expectFailed(unusable, /^The username holds a character that cannot be seen\n$/)
    expectFailed(unknown, /^There is no user "al.*ice.*"\n$/)
    expect(unknown.stderr.trimEnd()).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u)
  })

  it('says so when there is no such user', async () => {
    const env = newDatabase()
    const finished = await Promise.all([
      run(['user', 'show', 'nobody'], { env }),
      run(['user', 'disable', 'nobody'], { env }),
    ])
    for (const each of finished) expectFailed(each, /^There is no user "nobody"\n$/)
  })

  it('is no failure when nobody reads what it prints', async () => {
    const env = newDatabase()
    expect(await run(['user', 'list'], { env, deaf: true })).toMatchObject({
      status: 0,
      stderr: '',
    })
    expect(await run(['user', 'show', 'nobody'], { env, deaf: true })).toMatchObject({ status: 1 })
  })
})

describe('latchkey user add --no-password', () => {
  it('mails a link to choose one by, and needs an address for that', async () => {
    const env = await databaseOfServer()
    const added = await run(['user', 'add', 'carol', '--no-password', '--json'].concat(carol), {
      env,
    })
    expect(recordOf(added)).toMatchObject({ username: 'carol', email: 'carol@example.com' })
    const [mail] = await mailsOf(env)
    expect(mail).toMatchObject({ kind: 'account_created', address: 'carol@example.com' })
    expect(added.stdout).not.toContain(tokenOf(mail))
    const lost = await run(['user', 'add', 'dave', '--no-password'], { env })
    expect(lost.status).toBe(2)
    expect(lost.stderr).toContain('there must be an --email')
  })
})

describe('latchkey user invite and latchkey invitation', () => {
  it('invite, list and take back, and show no link', async () => {
    const env = { ...(await databaseOfServer()), LATCHKEY_REGISTRATION: 'invitation' }
    expect(await run(['invitation', 'list'], { env })).toMatchObject({
      stdout: 'No invitations.\n',
    })
    const made = await run(
      ['user', 'invite', 'bob@example.com', '--scope', 'b', '--scope', 'a', '--json'],
      { env },
    )
    const bob = recordOf(made)
    expect(bob).toMatchObject({ email: 'bob@example.com', scopes: ['a', 'b'] })
    const said = await run(['user', 'invite', 'eve@example.com'], { env })
    expect(said.stdout).toMatch(
      /^Invited eve@example\.com: the link is in the mail \([0-9a-f]{32}\)\.\n$/,
    )
    const mails = await mailsOf(env)
    expect(mails.map(({ kind }) => kind)).toEqual(['invitation', 'invitation'])
    for (const mail of mails) expect(made.stdout + said.stdout).not.toContain(tokenOf(mail))

    const listed = await run(['invitation', 'list'], { env })
    expect(listed.stdout).toMatch(
      /^INVITATION +E-MAIL +SCOPES +GOOD UNTIL\n\w{32} +eve@example\.com +usual +\S+Z\n\w{32} +bob@example\.com +a b +\S+Z\n$/,
    )
    const page = await run(['invitation', 'list', '--limit', '1', '--json'], { env })
    const cursor = String(recordOf(page).next_cursor)
    const rest = await run(['invitation', 'list', '--cursor', cursor, '--json'], { env })
    expect(recordOf(rest)).toEqual({ items: [bob], next_cursor: null })
    const taken = await run(['invitation', 'revoke', String(bob.id), '--json'], { env })
    expect(recordOf(taken)).toEqual({ revoked: bob.id })
    const gone = await run(['invitation', 'revoke', String(bob.id)], { env })
    expectFailed(gone, /^There is no such invitation\n$/)
  })

  it('refuse what can be no invitation, in one sentence', async () => {
    const env = await databaseOfServer()
    const closed = await run(['user', 'invite', 'bob@example.com'], { env })
    expectFailed(closed, /^Nobody could accept it: .*LATCHKEY_REGISTRATION/)
    const open = { ...env, LATCHKEY_REGISTRATION: 'open' }
    expectFailed(await run(['user', 'invite', 'bob'], { env: open }), /not an e-mail address\n$/)
    const other = { ...open, LATCHKEY_SECRET_KEY: 'fedcba9876543210'.repeat(4) }
    const foreign = await run(['user', 'invite', 'bob@example.com'], { env: other })
    expectFailed(foreign, /another master secret/)
    expect(await mailsOf(env)).toEqual([])
  })
})

const carol = ['--email', 'carol@example.com']

/** Settings of commands on a database that a server has used. */
async function databaseOfServer(): Promise<Record<string, string>> {
  const env = {
    ...newDatabase(),
    LATCHKEY_ISSUER: 'https://auth.example.com',
    LATCHKEY_SECRET_KEY: secretKey,
  }
  const server = start(['serve'], { env: { ...env, LATCHKEY_PORT: '0' } })
  await server.until(/"msg":"listening"/)
  await server.stop()
  return env
}

const secretKey = '0123456789abcdef'.repeat(4)

async function mailsOf(env: Record<string, string>): Promise<OwnedMail[]> {
  return onDatabase(env.LATCHKEY_DATABASE_URL ?? '', (database) =>
    mailsIn(database, Buffer.from(secretKey, 'hex')),
  )
}
