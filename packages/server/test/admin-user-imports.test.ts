/** `/admin/user-imports`: users of a file, piece by piece. */

import { describe, expect, it } from 'vitest'
import { databases } from './databases.js'
import { importedHashes, importedPassword } from './imported-hashes.js'
import { type TestServer, testServer } from './test-server.js'
import { claimsOf, entries, signedIn } from './token-requests.js'

const url = '/admin/user-imports'
const importId = 'Zm9yIGFsbCBwaWVjZXMgb2Y'
const hash = importedHashes.bcrypt

type Query = Record<string, string>

for (const database of databases) {
  describe(`${url} on ${database.name}`, () => {
    async function withAdmin(): Promise<{ server: TestServer; admin: string }> {
      const server = await testServer({
        databaseUrl: await database.url(),
        scopes: 'items:read=See the items',
      })
      await server.addUser({ username: 'root', scopes: ['admin'] })
      server.pass(1000)
      return { server, admin: await adminToken(server) }
    }

    it('makes users who sign in with their passwords at once, and says what became of each line', async () => {
      const { server, admin } = await withAdmin()
      const answer = await post(server, admin, [
        { username: 'ann', password_hash: hash, scopes: ['items:read'], metadata: { a: 1 } },
        { username: 'root' },
        { username: 'ANN' },
        'no JSON',
        { username: 'bob', scopes: ['items:everything'] },
        { username: 'carol', email: 'carol@example.com', email_verified: true },
        { username: 'dave', email: 'Carol@example.com', email_verified: true },
        { username: 'eve', dissabled: true },
      ])
      expect(answer.statusCode).toBe(200)
      expect(answer.headers['cache-control']).toBe('no-store')
      expect(answer.json()).toEqual({
        imported: 2,
        present: 1,
        left_out: 5,
        formats: { bcrypt: 1, none: 1 },
        rejects: [
          { line: 3, why: 'The same name, address or id as at 1' },
          { line: 4, why: 'It is no JSON object' },
          { line: 5, why: expect.stringContaining('items:everything') },
          { line: 7, why: 'The same name, address or id as at 6' },
          { line: 8, why: expect.stringContaining('"dissabled" should be left out') },
        ],
      })
      const ann = { username: 'ann', password: importedPassword }
      expect((await signedIn(server, ann)).scope).toContain('items:read')
      const search = await server.get('/admin/users?search=carol', admin)
      expect(search.json().items).toMatchObject([{ username: 'carol', email_verified: true }])
    })

    it('takes CSV with its header in front of each piece, and counts lines as the file does', async () => {
      const { server, admin } = await withAdmin()
      const header = 'username;email;email_verified;metadata'
      const first = `${header}\r\nann;ann@example.com;true;"{""note"":\n""two lines""}"\nbob;;;\nann;;;\n`
      const one = await post(server, admin, first, { import_id: importId })
      expect(one.json()).toMatchObject({ imported: 2, rejects: [{ line: 5 }] })
      const second = `${header}\ncarol;;;\nbroken;row\nBob;;;\n`
      const two = await post(server, admin, second, { import_id: importId, first_line: '6' })
      expect(two.json()).toMatchObject({
        imported: 1,
        present: 0,
        rejects: [
          { line: 7, why: 'It has 2 cells, and the table 4 columns' },
          { line: 8, why: 'The same name, address or id as at 4' },
        ],
      })
    })

    it('is answered as before where a piece is sent again, and makes nobody twice', async () => {
      const { server, admin } = await withAdmin()
      const lines = [{ username: 'ann' }, { username: 'root' }, { username: 'Ann' }, '{']
      const before = (await post(server, admin, lines, { import_id: importId })).json()
      expect(before).toMatchObject({ imported: 1, present: 1, left_out: 2 })
      expect((await post(server, admin, lines, { import_id: importId })).json()).toEqual(before)
      // The same file again is another import.
      const again = await post(server, admin, lines)
      expect(again.json()).toMatchObject({ imported: 0, present: 2, left_out: 2 })
      expect((await server.get('/admin/users', admin)).json().items).toHaveLength(2)
    })

    it('takes one piece from two at the same time', async () => {
      const { server, admin } = await withAdmin()
      const lines = Array.from({ length: 700 }, (_, at) => ({ username: `user${at}` }))
      const query = { import_id: importId }
      const answers = await Promise.all([1, 2].map(() => post(server, admin, lines, query)))
      for (const answer of answers)
        expect(answer.json()).toMatchObject({ imported: 700, present: 0, left_out: 0 })
      const found = await server.get('/admin/users?search=user&limit=999', admin)
      expect(found.json().items).toHaveLength(700)
    })

    it('gives other ids where one import id serves for two files', async () => {
      const { server, admin } = await withAdmin()
      for (const username of ['ann', 'bob']) {
        const answer = await post(server, admin, [{ username }], { import_id: importId })
        expect(answer.json()).toMatchObject({ imported: 1, left_out: 0 })
      }
      const { items } = (await server.get('/admin/users', admin)).json()
      expect(new Set(items.map(({ id }: { id: string }) => id)).size).toBe(3)
    })

    it('takes what the console has saved of an import, once it is mended', async () => {
      const { server, admin } = await withAdmin()
      const table = 'username,scopes,left_out\nann,items:read,"2: The scope is not there"\n'
      expect((await post(server, admin, table)).json()).toMatchObject({ imported: 1, left_out: 0 })
      const lines = [{ username: 'bob', left_out: { file: 'users', line: 7, why: 'It was bad' } }]
      expect((await post(server, admin, lines)).json()).toMatchObject({ imported: 1, left_out: 0 })
    })

    it('changes nothing in a dry run', async () => {
      const { server, admin } = await withAdmin()
      const lines = [{ username: 'ann', password_hash: hash }, { username: 'ann' }]
      const answer = await post(server, admin, lines, { dry_run: 'true' })
      expect(answer.json()).toMatchObject({ imported: 1, left_out: 1, formats: { bcrypt: 1 } })
      expect((await server.get('/admin/users', admin)).json().items).toHaveLength(1)
      expect(await entries(server, 'users_imported')).toEqual([])
    })

    it('K03 writes down who imported how many from which file', async () => {
      const { server, admin } = await withAdmin()
      await post(server, admin, [{ username: 'ann' }], { file: 'old users.ndjson' })
      const [entry] = await entries(server, 'users_imported')
      expect(entry).toMatchObject({ actor: `user:${claimsOf(admin).sub}` })
      expect(JSON.parse(entry?.detail ?? '')).toEqual({
        file: 'old users.ndjson',
        users: 1,
        up_to_line: 1,
      })
    })
  })
}

describe(`${url} and what it does not take`, () => {
  const cheap = { formats: {}, imported: 0 }

  it('refuses who is no admin, before it reads anything', async () => {
    const server = await testServer()
    await server.addUser()
    const token = await server.signIn()
    expect((await post(server, token, [{ username: 'ann' }])).statusCode).toBe(403)
    const headers = { 'content-type': 'application/x-ndjson' }
    expect((await server.post(url, '{"username":"ann"}', headers)).statusCode).toBe(401)
    await server.addUser({ username: 'root', scopes: ['admin'] })
    const admin = await adminToken(server)
    expect((await server.get('/admin/users?username=ann', admin)).json().items).toEqual([])
  })

  it('J01 refuses more than half a megabyte, more than 5,000 lines and other kinds of bodies', async () => {
    const { server, admin } = await rooted()
    const large = await post(server, admin, `{"username":"${'a'.repeat(512 * 1024)}"}`)
    expect([large.statusCode, large.json().detail]).toEqual([413, 'The body is over 512 kB'])
    const long = await post(server, admin, '\n'.repeat(5001))
    expect([long.statusCode, long.json().detail]).toEqual([413, 'The body has over 5000 lines'])
    for (const type of ['application/json', 'text/plain', 'multipart/form-data; boundary=x', '']) {
      const answer = await server.post(url, '{}', bearer(admin, type))
      expect([type, answer.statusCode]).toEqual([type, 415])
    }
    const wrong = await server.app.inject({ method: 'GET', url, headers: bearer(admin, '') })
    expect([wrong.statusCode, wrong.headers.allow]).toEqual([405, 'POST'])
  })

  it('refuses a query that it does not know, because a misspelt dry run would be none', async () => {
    const { server, admin } = await rooted()
    const queries: Query[] = [
      { dryrun: 'true' },
      { dry_run: 'yes' },
      { import_id: 'short' },
      { first_line: '0' },
      { file: 'a\nb' },
    ]
    for (const query of queries) {
      const answer = await post(server, admin, [{ username: 'ann' }], query)
      expect([query, answer.statusCode]).toEqual([query, 422])
    }
    expect((await server.get('/admin/users', admin)).json().items).toHaveLength(1)
  })

  it('says what is wrong with a whole file', async () => {
    const { server, admin } = await rooted()
    const files: [string | Buffer, string][] = [
      ['name,email\nann,\n', 'No column is the username; there are name, email'],
      ['username,password\nann,secret\n', 'No user has a "password"'],
      ['username,username\nann,ann\n', 'The column "username" is there twice'],
      [`username,${'a,'.repeat(100_000)}\n`, 'The first line should name the columns'],
      [Buffer.from('username\nann\n', 'utf16le'), 'The file is not text in UTF-8'],
      [Buffer.from('PK\x03\x04 username'), 'The file is an archive'],
    ]
    for (const [content, message] of files) {
      const answer = await server.post(url, content, bearer(admin, 'text/csv'))
      expect(answer.statusCode).toBe(422)
      expect(answer.json().detail).toContain(message)
      expect(answer.body.length).toBeLessThan(1000)
    }
  })

  it('G07 tells of hostile lines one by one, in few words', async () => {
    const { server, admin } = await rooted()
    const lines = [
      `{"username":${'['.repeat(100_000)}`,
      { username: 'ann', metadata: JSON.parse(`${'['.repeat(2000)}${']'.repeat(2000)}`) },
      `{"username":"ann","${'x'.repeat(50_000)}":1}`,
      { username: 'a\u0000b' },
      { username: '\ud800' },
      { username: '<script>alert(1)</script>\u202e' },
      '{"username":"ann","metadata":{"__proto__":{"admin":true}}}',
      { username: 'ann', password_hash: '$argon2id$v=19$m=4194304,t=1000,p=1$c2FsdHNhbHQ$aGFzaA' },
      {
        username: 'ann',
        password_hash: '$2b$31$5Yo/B.I3wi8KOWgNE7kGrOZcwV0blAhuyPFdvLcU2P3J1tCfWTzFi',
      },
      { username: 'ann', password_hash: 'pbkdf2_sha256$999999999$salt$aGFzaA==' },
      { username: 'x'.repeat(100_000) },
    ]
    const answer = await post(server, admin, lines)
    expect(answer.statusCode).toBe(200)
    const { rejects, ...counts } = answer.json()
    expect(counts).toEqual({ ...cheap, present: 0, left_out: lines.length })
    for (const { why } of rejects) expect(why.length).toBeLessThanOrEqual(500)
    const text = Buffer.concat([Buffer.from('{"username":"'), Buffer.of(0xff), Buffer.from('"}')])
    const foreign = await server.post(url, text, bearer(admin, 'application/x-ndjson'))
    expect(foreign.json().rejects).toEqual([
      { line: 1, why: expect.stringContaining('not valid UTF-8') },
    ])
    expect((await post(server, admin, '')).json()).toMatchObject({ imported: 0, left_out: 0 })
  })

  it('refuses an admin whose rights were taken', async () => {
    const { server, admin } = await rooted()
    const { id } = await server.latchkey.users.get('root')
    await server.latchkey.userEdits.edit(id, { scopes: [] }, { actor: 'cli' })
    expect((await post(server, admin, [{ username: 'ann' }])).statusCode).toBe(401)
  })

  async function rooted() {
    const server = await testServer()
    await server.addUser({ username: 'root', scopes: ['admin'] })
    return { server, admin: await adminToken(server) }
  }
})

async function adminToken(server: TestServer): Promise<string> {
  return (await signedIn(server, { username: 'root', scope: 'admin' })).access_token
}

/** Lines of JSON, or a text as it is, which is CSV unless it begins like JSON. */
function post(
  server: TestServer,
  admin: string,
  content: readonly (object | string)[] | string,
  query: Query = {},
) {
  const lines = typeof content === 'string' ? [content] : content
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)))
  const type = text[0]?.startsWith('username') ? 'text/csv' : 'application/x-ndjson'
  return server.post(`${url}?${new URLSearchParams(query)}`, text.join('\n'), bearer(admin, type))
}

function bearer(token: string, type: string) {
  return { authorization: `Bearer ${token}`, 'content-type': type }
}
