import { describe, expect, it, vi } from 'vitest'
import { databases } from '../databases.js'
import { emptyFolder, type Finished, run } from './run.js'

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
      const env = { LATCHKEY_DATABASE_URL: await database.url() }
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
      expect(stderr).toContain('give the new scopes with --scope, or --no-scopes for none')
    }
    const shown = await run(['user', 'show', 'alice', '--json'], { env })
    expect(recordOf(shown)).toMatchObject({ scopes: ['a', 'account'] })
    expect(recordOf(await edit('--no-scopes', '--json'))).toMatchObject({ scopes: ['account'] })
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

    const [shown, listed, page, none] = await Promise.all([
      run(['user', 'show', 'alice'], { env }),
      run(['user', 'list'], { env }),
      run(['user', 'list', '--limit', '1'], { env }),
      run(['user', 'list', '--search', '%'], { env }),
    ])
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

  it('refuses what can be no user, in one sentence', async () => {
    const env = { ...newDatabase(), LATCHKEY_SCOPES: 'items:read=See the items' }
    const add = (name: string, input: string | Uint8Array = password, ...options: string[]) =>
      run(['user', 'add', name, ...options], { env, input })
    await run(['migrate'], { env })
    const refusals: [Promise<Finished>, RegExp][] = [
      [add('alice', 'password123'), /many people use it/],
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
