import { createHash } from 'node:crypto'
import { appendFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readSettings } from '../../settings/read.js'
import { BreachedPasswords } from './breached-passwords.js'
import { DigestFile } from './digest-file.js'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-breached-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const sha1 = (text: string) => createHash('sha1').update(text).digest('hex').toUpperCase()
const known = ['known one', 'known two', 'known café']
/** 200,000 of them, in order; a count is between one digit and eight, as there. */
const digests = [
  ...known.map(sha1),
  ...Array.from({ length: 200_000 }, (_, at) => sha1(`${at}`)),
].sort()
const lineOf = (digest: string, at: number) => `${digest}:${(at * 7919) % 10 ** (1 + (at % 8))}`

async function file(text: string): Promise<string> {
  const path = join(folder, `${Math.abs(Number.parseInt(sha1(text).slice(0, 8), 16))}.txt`)
  await writeFile(path, text)
  return path
}

const lines = digests.map(lineOf)
const whole = (end: string) => lines.join(end) + end

/** Counts the reads of a search in a text. */
function counted(text: string) {
  const bytes = Buffer.from(text)
  let reads = 0
  const read = async (into: Buffer, offset: number, length: number, position: number) => {
    reads += 1
    return bytes.copy(into, offset, position, position + length)
  }
  return { file: new DigestFile({ read }, bytes.length), reads: () => reads }
}

describe.each([
  ['LF', '\n'],
  ['CRLF', '\r\n'],
])('G04 breached passwords in a file with %s', (_name, end) => {
  it('finds those that are there, and no others', async () => {
    const breached = new BreachedPasswords(await file(whole(end)))
    for (const password of [...known, '0', '199999']) {
      expect([password, await breached.has(password)]).toEqual([password, true])
    }
    for (const password of ['known three', '200000', '']) {
      expect([password, await breached.has(password)]).toEqual([password, false])
    }
  })

  it('finds each of them by a handful of reads, the first and the last as well', async () => {
    const { file: searched, reads } = counted(whole(end))
    const wanted = [digests[0], digests.at(-1), ...digests.filter((_, at) => at % 1000 === 7)]
    for (const digest of wanted) expect(await searched.has(digest ?? '')).toBe(true)
    expect(reads() / wanted.length).toBeLessThan(4)
    for (const absent of ['0'.repeat(40), 'F'.repeat(40), sha1('nothing of it')]) {
      expect(await searched.has(absent)).toBe(false)
    }
  })

  it('needs no newline at the end', async () => {
    const { file: searched } = counted(whole(end).slice(0, -end.length))
    expect(await searched.has(digests.at(-1) ?? '')).toBe(true)
    expect(await searched.has('F'.repeat(40))).toBe(false)
  })
})

describe('G04 the file of breached passwords', () => {
  it('knows a password in the form that is hashed, too', async () => {
    const breached = new BreachedPasswords(await file(whole('\n')))
    expect(await breached.has('known cafe\u0301')).toBe(true)
  })

  it('is searched to an end however unevenly its digests are spread', async () => {
    const close = Array.from(
      { length: 50_000 },
      (_, at) => `ABCDEF${at.toString(16).padStart(34, '0')}`,
    )
    const capitals = close.map((digest) => digest.toUpperCase())
    const { file: searched, reads } = counted(`${capitals.join('\n')}\n`)
    for (const at of [0, 1, 25_000, 49_998, 49_999])
      expect(await searched.has(capitals[at] ?? '')).toBe(true)
    expect(await searched.has(`ABCDEF${'F'.repeat(34)}`)).toBe(false)
    expect(reads()).toBeLessThan(6 * 40)
  })

  it('fails closed when it is gone, broken or in another order', async () => {
    const some = lines.slice(0, 100)
    const texts = [
      some.with(50, 'no digest').join('\n'),
      some.toReversed().join('\n'),
      [...some, 'x'.repeat(100_000)].join('\n'),
      `${some.join('\n')}\0`,
    ]
    const paths = await Promise.all(texts.map(file))
    for (const path of [join(folder, 'none.txt'), folder, ...paths]) {
      const asked = new BreachedPasswords(path).has('a password')
      await expect(asked).rejects.toMatchObject({ code: 'storage_unavailable' })
    }
  })

  it('can be replaced by another while it is in use', async () => {
    const path = await file(whole('\n'))
    const breached = new BreachedPasswords(path)
    expect(await breached.has('new in it')).toBe(false)
    const next = await file([...digests, sha1('new in it')].sort().join('\r\n'))
    await rename(next, path)
    expect(await breached.has('new in it')).toBe(true)
    await appendFile(path, 'broken')
    expect(await breached.has('known one')).toBe(true)
  })
})

describe('LATCHKEY_BREACHED_PASSWORDS', () => {
  const read = (path: string) =>
    readSettings('command', { LATCHKEY_BREACHED_PASSWORDS: path }).breachedPasswords

  it('takes a file of digests in order, large or small', async () => {
    for (const text of [
      whole('\n'),
      whole('\r\n'),
      `${sha1('one')}\n`,
      sha1('one'),
      digests.slice(0, 50).join('\n'),
    ]) {
      const path = await file(text)
      expect(read(path)).toBe(path)
    }
  })

  it('refuses what is missing, empty, of other lines or in another order', async () => {
    const shuffled = digests.slice(0, 500).toReversed().join('\n')
    for (const [text, fault] of [
      ['', /is empty/],
      ['password\nqwertz\n', /holds other lines/],
      ['x'.repeat(10_000), /holds other lines/],
      [shuffled, /another order/],
      [`${digests.slice(1000).join('\n')}\n${digests.slice(0, 1000).join('\n')}`, /another order/],
    ] as const) {
      const path = await file(text)
      expect(() => read(path)).toThrow(fault)
    }
    expect(() => read(join(folder, 'none.txt'))).toThrow(/can't be read \(ENOENT\)/)
    expect(() => read(folder)).toThrow(/is no file/)
  })
})
