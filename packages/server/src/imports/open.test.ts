import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from '@photostructure/sqlite'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { IncomingRecord } from '../core/user-import/incoming.js'
import type { Instant } from '../store/schema.js'
import { type FileOptions, openUserFile } from './open.js'

const usual: FileOptions = { from: 'latchkey', columns: new Map(), now: 1 as Instant }
const latin1 = (text: string) => Buffer.from(text, 'latin1')
const ann = '{"username":"ann"}'
const bob = '{"username":"bob"}'

function fileOf(content: string | Buffer): string {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'users')
  writeFileSync(path, content)
  return path
}

/** Of each record its line, and the user's name or the fault. */
async function readPath(path: string, options: Partial<FileOptions> = {}): Promise<string[]> {
  const records: IncomingRecord[] = []
  const source = await openUserFile(path, { ...usual, ...options })
  for await (const record of source.records()) records.push(record)
  return records.map((record) => {
    if ('user' in record) return `${record.at} <${record.user.username}>`
    return `${record.at} ${'fault' in record ? record.fault : record.passedOver}`
  })
}

function read(content: string | Buffer, options: Partial<FileOptions> = {}): Promise<string[]> {
  return readPath(fileOf(content), options)
}

async function identityOf(path: string): Promise<string> {
  return (await openUserFile(path, usual)).identity
}

describe('a file of JSON lines', () => {
  it('gives each line as a user or a fault, whatever is wrong with the one before', async () => {
    const long = `{"username":"${'x'.repeat(1024 * 1024)}"}`
    const lines = [ann, '', '  \r', '[1]', '"text"', '{"username":"eve"', long, 'null', `${bob}\r`]
    expect(await read(lines.join('\n'))).toEqual([
      '1 <ann>',
      '4 It is no JSON object',
      '5 It is no JSON object',
      '6 It is no JSON object',
      '7 It is longer than 1048576 bytes',
      '8 It is no JSON object',
      '9 <bob>',
    ])
  })

  it('has one fault where it is cut off, and may begin with a byte-order mark', async () => {
    expect(await read(`\ufeff${ann}\n{"username":"bo`)).toEqual([
      '1 <ann>',
      '2 It is no JSON object',
    ])
    expect(await read('')).toEqual([])
    expect(await read('\ufeff')).toEqual([])
  })

  it('names a member that no user has', async () => {
    expect(await read('{"username":"ann","dissabled":true}')).toEqual([
      expect.stringMatching(/^1 "dissabled" should be left out: a user has username, email, /),
    ])
  })

  it('takes an id that Latchkey has given, and no other', async () => {
    const id = '0123456789abcdef'.repeat(2)
    expect(await read(`{"id":"${id}","username":"ann"}\n{"id":7,"username":"bob"}`)).toEqual([
      '1 <ann>',
      '2 id should be one that Latchkey has given, or left out',
    ])
  })

  it('makes no names of bytes that are no UTF-8', async () => {
    const broken = latin1(`${ann}\n{"username":"jos\xe9"}\n${bob}\n`)
    expect(await read(broken)).toEqual([
      '1 <ann>',
      '2 It is not valid UTF-8: convert the file, such as by iconv',
      '3 <bob>',
    ])
  })
})

describe('a list in a JSON document', () => {
  it('gives what is no object as a fault with its line', async () => {
    const text = `[${ann},\n 7, "a [text], {with} \\" brackets",\n[${bob}], null\n, {"username": "eve",}, ${bob}]\n`
    expect(await read(text)).toEqual([
      '1 <ann>',
      '2 It is no JSON object',
      '2 It is no JSON object',
      '3 It is no JSON object',
      '3 It is no JSON object',
      '4 It is no JSON object',
      '4 <bob>',
    ])
  })

  it.each([
    ['a comma is missing', `[${ann}\n${bob}]`, ['1 It is no JSON object']],
    [
      'it is cut off in a record',
      `[${ann},\n{"usern`,
      ['1 <ann>', '2 It does not end, and nothing behind it is read'],
    ],
    [
      'it is cut off between records',
      `[${ann},\n`,
      ['1 <ann>', '2 The file ends before its list does'],
    ],
    [
      'it is closed too early',
      `[${ann}],\n${bob}]`,
      ['1 <ann>', '1 Something follows the list; nothing behind it is read'],
    ],
    [
      'a brace is too many',
      `[${ann}},\n${bob}]`,
      ['1 <ann>', '1 A brace stands where the list could end; nothing behind it is read'],
    ],
    [
      'a quote is missing',
      `[${ann},\n{"username":"eve},\n${bob}]`,
      ['1 <ann>', '2 It does not end, and nothing behind it is read'],
    ],
    ['it is empty', ' [ ] ', []],
  ])('says so where %s', async (_, text, records) => {
    expect(await read(text)).toEqual(records)
  })

  it('is read across the pieces in which a file comes', async () => {
    const many = Array.from({ length: 30_000 }, (_, index) => `{"username":"user-${index}"}`)
    const records = await read(`[\n${many.join(',\n')}\n]`)
    expect(records).toEqual(many.map((_, index) => `${index + 2} <user-${index}>`))
  })
})

describe('a table in CSV', () => {
  it('gives each row as a user or a fault', async () => {
    const rows = [
      'username,email',
      'ann,',
      'bob',
      'x,y,z',
      '"eve,',
      '"carl","carl@example.com"',
      '',
    ]
    expect(await read(rows.join('\r\n'))).toEqual([
      '2 <ann>',
      '3 It has 1 cells, and the table 2 columns',
      '4 It has 3 cells, and the table 2 columns',
      '5 Its quotes do not end, or stand where they may not',
      '6 <carl>',
    ])
  })

  it('loses no rows to a quote that is open', async () => {
    const many = Array.from({ length: 300 }, (_, index) => `user-${index},`)
    expect(await read(['username,email', 'eve,"x', ...many, 'zed,"'].join('\n'))).toEqual([
      '2 Its quotes do not end, or stand where they may not',
      ...many.map((_, index) => `${index + 3} <user-${index}>`),
      '303 Its quotes do not end, or stand where they may not',
    ])
  })

  it('has one fault where it is cut off', async () => {
    expect(await read('username,email\nann,\nbob')).toEqual([
      '2 <ann>',
      '3 It has 1 cells, and the table 2 columns',
    ])
    expect(await read('username;email\nann;\n"bob')).toEqual([
      '2 <ann>',
      '3 Its quotes do not end, or stand where they may not',
    ])
  })

  it.each([
    ['twice', 'username,email,email\n', 'The column "email" is there twice'],
    ['missing', 'login,email\n', /^No column is the username; there are login, email\. Say which/],
    ['unknown', 'username,emial\n', /^No user has a "emial": the columns may be username, email,/],
    ['without a name', 'username,email,\n', 'Column 3 has no name in the first line'],
  ])('is refused where a column is %s', async (_, text, message) => {
    await expect(read(text)).rejects.toThrow(message)
  })

  it('may call its columns otherwise', async () => {
    const columns = new Map([['username', 'login']])
    expect(await read('login\tscopes\nann\ta b\n', { columns })).toEqual(['2 <ann>'])
    await expect(read('name\nann\n', { columns })).rejects.toThrow('There is no column "login"')
  })
})

describe('a file that is none of users', () => {
  it.each([
    ['UTF-16', Buffer.from(`\ufeff${ann}\n`, 'utf16le'), /in UTF-16: make it UTF-8, by `iconv/],
    ['UTF-16 that does not say so', Buffer.from(`${ann}\n`, 'utf16le'), /not text in UTF-8/],
    [
      'Latin-1',
      latin1(['username', ann, 'jos\xe9', 'ren\xe9e', 'zo\xeb', ''].join('\n')),
      /not in UTF-8: convert it, such as by `iconv/,
    ],
    ['old line ends', 'username,email\rann,\rbob,\r', /end in carriage returns alone/],
    ['gzip', Buffer.of(0x1f, 0x8b, 8, 0), /compressed/],
    ['a spreadsheet', 'PK\x03\x04', /spreadsheet/],
  ])('is refused whole: %s', async (_, content, message) => {
    await expect(read(content)).rejects.toThrow(message)
  })

  it('is refused where it is a folder, or not there', async () => {
    await expect(readPath(tmpdir())).rejects.toThrow('is not a file')
    await expect(readPath('/nowhere/users')).rejects.toThrow('ENOENT')
  })
})

describe('a database of SQLite', () => {
  it('gives whole numbers that JSON has no form for as texts', async () => {
    const path = fileOf('')
    const database = new DatabaseSync(path)
    database.exec(`create table users (id integer, email text, password text);
      insert into users values (9007199254740993, 'ann@example.com', null)`)
    database.close()
    const source = await openUserFile(path, { ...usual, from: 'fastapi' })
    for await (const record of source.records()) {
      expect(record).toMatchObject({
        user: { username: 'ann@example.com', adminMetadata: { imported_id: '9007199254740993' } },
      })
    }
  })

  it('has texts where an app keeps bytes, and lists where it keeps JSON', async () => {
    const path = fileOf('')
    const database = new DatabaseSync(path)
    database.exec(`create table users (id blob, username text, hashed_password blob, scopes json);
      insert into users values (x'00112233445566778899aabbccddeeff', 'ann', cast('$2b$04$x' as blob),
        '["items:read", "me"]')`)
    database.close()
    const source = await openUserFile(path, { ...usual, from: 'fastapi' })
    const found: IncomingRecord[] = []
    for await (const record of source.records()) found.push(record)
    expect(found).toMatchObject([
      {
        user: {
          passwordHash: '$2b$04$x',
          scopes: ['items:read', 'me'],
          adminMetadata: { imported_id: '00112233445566778899aabbccddeeff' },
        },
      },
    ])
  })

  it.each(['1614834367', '1614834367.25', '1614834367000', "'2021-03-04 05:06:07.000000'"])(
    'has users since %s, as its app writes times',
    async (time) => {
      const path = fileOf('')
      const database = new DatabaseSync(path)
      database.exec(`create table users (username text, password text, created_at);
        insert into users values ('ann', null, ${time})`)
      database.close()
      const source = await openUserFile(path, { ...usual, from: 'fastapi' })
      for await (const record of source.records()) {
        const createdAt = 'user' in record ? Number(record.user.createdAt) : 0
        expect(Math.floor(createdAt / 1000)).toBe(1_614_834_367)
      }
      expect(await readPath(path, { from: 'fastapi' })).toEqual(['1 <ann>'])
    },
  )

  it('says where it can not be read any further', async () => {
    const path = fileOf('')
    const database = new DatabaseSync(path)
    database.exec(`create table users (id integer primary key, email text, password text);
      insert into users with recursive n(i) as (select 1 union all select i + 1 from n where i < 1000)
        select i, 'user-' || i || '@example.com', null from n`)
    database.close()
    const { size } = statSync(path)
    const pages = readFileSync(path)
    writeFileSync(path, Buffer.from(pages).fill(0xff, size / 2))
    await expect(readPath(path, { from: 'fastapi' })).rejects.toThrow(
      /^The file can't be read behind row \d+: database disk image is malformed$/,
    )
    writeFileSync(path, pages.subarray(0, size / 2))
    await expect(readPath(path, { from: 'fastapi' })).rejects.toThrow(/^The file can't be read: /)
  })

  it('is another one when something was written beside it', async () => {
    const path = fileOf('')
    const database = new DatabaseSync(path)
    onTestFinished(() => database.close())
    database.exec(
      'pragma journal_mode = wal; pragma wal_autocheckpoint = 0; create table users (id, email, password)',
    )
    const options: FileOptions = { ...usual, from: 'fastapi' }
    const before = (await openUserFile(path, options)).identity
    database.exec("insert into users values (1, 'ann@example.com', null)")
    expect((await openUserFile(path, options)).identity).not.toBe(before)
    expect(await readPath(path, { from: 'fastapi' })).toEqual(['1 <ann@example.com>'])
  })
})

describe('a file', () => {
  it('is known by all that it holds', async () => {
    const megabyte = `${ann}\n`.repeat(60_000)
    const path = fileOf(`${megabyte}${ann}\n${megabyte}`)
    const identity = await identityOf(path)
    expect(await identityOf(path)).toBe(identity)
    writeFileSync(path, `${megabyte}${bob}\n${megabyte}`)
    expect(await identityOf(path)).not.toBe(identity)
  })

  it('ends where it ended when it was opened, or fails where it has become shorter', async () => {
    const path = fileOf(`${ann}\n`)
    const longer = await openUserFile(path, usual)
    appendFileSync(path, `${bob}\n`)
    const found: IncomingRecord[] = []
    for await (const record of longer.records()) found.push(record)
    expect(found).toMatchObject([{ user: { username: 'ann' } }])
    const shorter = await openUserFile(path, usual)
    writeFileSync(path, '')
    await expect(shorter.records()[Symbol.asyncIterator]().next()).rejects.toThrow(
      'has become shorter',
    )
  })
})
