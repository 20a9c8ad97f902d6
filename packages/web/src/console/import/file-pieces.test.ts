import { expect, it } from 'vitest'
import { type FilePiece, recordAt } from './file-pieces.js'
import { lookAt } from './look-at-file.js'
import { rejectsFile } from './rejects.js'

/** All pieces of a file, each with the line that it begins at. */
async function cut(content: string, most: number) {
  const file = new Blob([content])
  const pieces = await lookAt(file)
  if (typeof pieces === 'string') throw new Error(pieces)
  const found: (readonly [number, string])[] = []
  for (let place = pieces.begin; ; ) {
    const piece = await pieces.from(place, most)
    if (piece === undefined) return found
    found.push([place.line, 'tooLong' in piece ? '(too long)' : textOf(piece.body)])
    place = piece.ends
  }
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}

it('cuts JSON lines at their ends, and leaves nothing out', async () => {
  const lines = Array.from({ length: 40 }, (_, at) => `{"username":"user${at}"}`)
  for (const end of ['', '\n', '\r\n\n']) {
    const content = lines.join('\n') + end
    const found = await cut(content, 100)
    expect(found.map(([, text]) => text).join('')).toBe(content)
    expect(found.length).toBeGreaterThan(9)
    for (const [line, text] of found.slice(0, -1)) {
      expect(text.split('\n')[0]).toBe(lines[line - 1])
      expect(text).toMatch(/\n$/)
    }
  }
})

it('puts the header of a table in front of each piece, and cuts no row that has lines of its own', async () => {
  const rows = Array.from({ length: 20 }, (_, at) => `user${at},"two\nlines"\n`)
  const found = await cut(`username,metadata\n${rows.join('')}`, 60)
  expect(found.length).toBeGreaterThan(5)
  expect(found[1]?.[0]).toBe(found[0]?.[1].split('\n').length)
  const read = found.map(([, text]) => text.replace('username,metadata\n', ''))
  expect(read.join('')).toBe(rows.join(''))
  for (const text of read) expect(text).toMatch(/^user\d+,"two\nlines"\n/)
})

it('is not led astray by a quote that never ends', async () => {
  const rows = Array.from({ length: 400 }, (_, at) => `user${at},"a"\n`)
  const content = ['u,"m\n', ...rows].join('')
  const found = await cut(`username,metadata\n${content}`, 2000)
  expect(found.map(([, text]) => text.replace('username,metadata\n', '')).join('')).toBe(content)
})

it('takes few lines at a time where they are short, and passes over what is too long for anybody', async () => {
  const short = await cut('{}\n'.repeat(10_000), 512 * 1024)
  expect(short.map(([line]) => line)).toEqual([1, 4901, 9801])
  const long = `{"username":"${'a'.repeat(1_200_000)}"}\n`
  expect(await cut(`{}\n${long}{"a":1}\n`, 100)).toEqual([
    [1, '{}\n'],
    [2, '(too long)'],
    [3, '{"a":1}\n'],
  ])
})

it.each([
  ['', 'empty'],
  ['\ufeff \n', 'empty'],
  ['[{"username":"ann"}]', 'json_document'],
  ['{\n  "users": []\n}', 'json_document'],
  ['SQLite format 3\0 and so on', 'database'],
  ['PK\x03\x04 and so on', 'not_text'],
  ['u\0s\0e\0r\0', 'not_text'],
])('finds out what it can not take: %j', async (content, unfit) => {
  expect(await lookAt(new Blob([content]))).toBe(unfit)
})

it('writes what was left out as it was, with the reason beside it', async () => {
  const reject = { line: 2, why: 'It is no "user"' }
  const form = async (...args: Parameters<typeof rejectsFile>) => rejectsFile(...args).text()
  const json = await form('users.ndjson', 'ndjson', new Uint8Array(), [
    { ...reject, text: '{"username":""}' },
    { ...reject, text: 'nothing' },
  ])
  const [first, second] = json.split('\n')
  expect(JSON.parse(first ?? '')).toEqual({
    username: '',
    left_out: { file: 'users.ndjson', ...reject },
  })
  expect(JSON.parse(second ?? '').left_out).toEqual({
    file: 'users.ndjson',
    ...reject,
    text: 'nothing',
  })
  const header = new TextEncoder().encode('username;email\r\n')
  expect(await form('users.csv', 'csv', header, [{ ...reject, text: 'ann;"a\nb"' }])).toBe(
    'username;email;left_out\nann;"a\nb";"2: It is no ""user"""\n',
  )
})

it('finds the record of a line again', () => {
  const records = new TextEncoder().encode('ann,1\nbob,"2\n3"\r\ncarol,4')
  const piece: FilePiece = {
    body: records,
    records,
    begins: { byte: 18, line: 12 },
    ends: { byte: 40, line: 16 },
  }
  expect([12, 13, 15].map((line) => recordAt(piece, line, 'csv'))).toEqual([
    'ann,1',
    'bob,"2\n3"',
    'carol,4',
  ])
})
