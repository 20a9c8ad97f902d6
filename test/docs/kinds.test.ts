import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { codeBlocks, root } from './code-blocks.js'

/** Which test looks at the blocks of a kind. */
const checkedBy: Record<string, string> = {
  '': 'test/docs/kinds.test.ts',
  ini: 'test/docs/configuration.test.ts',
  js: 'test/package/snippets.test.ts',
  json: 'test/docs/kinds.test.ts',
  python: 'test/docs/python.test.ts',
  sh: 'test/docs/shell.test.ts',
  sql: 'test/docs/sql.test.ts',
  ts: 'test/package/snippets.test.ts',
  tsx: 'test/package/snippets.test.ts',
  yaml: 'test/docs/configuration.test.ts',
}

const blocks = codeBlocks()

it('every code block of the documentation is of a kind that a test looks at', () => {
  expect(blocks.length).toBeGreaterThan(50)
  const unchecked = blocks.filter(({ kind }) => checkedBy[kind] === undefined)
  expect(unchecked.map(({ place, kind }) => `${place} is ${kind}`)).toEqual([])
  for (const file of Object.values(checkedBy)) expect(existsSync(join(root, file)), file).toBe(true)
})

it('the pictures name files and folders that are there', () => {
  const there = filesBelow('packages', 'scripts', 'test')
  const missing = blocks
    .filter(({ kind }) => kind === '')
    .flatMap(({ place, page, text }) =>
      namedIn(page, text)
        .filter((name) => !existsSync(join(root, name)))
        .filter((name) => !there.some((path) => path.endsWith(`/${name}`)))
        .map((name) => `${place} names ${name}`),
    )
  expect(missing).toEqual([])
})

it('what is said to be JSON is', () => {
  for (const { place, text } of blocks.filter(({ kind }) => kind === 'json')) {
    expect(() => JSON.parse(text), place).not.toThrow()
  }
})

/** Files of TypeScript, and folders at the start of a line of the README's tree. */
function namedIn(page: string, picture: string): string[] {
  const files = [...picture.matchAll(/[\w./-]+\.ts\b/g)].map(([name]) => name)
  const folders = [...picture.matchAll(/^([a-z]+(?:\/[a-z]+)*) {2,}\S/gm)].map(
    ([, name = '']) => name,
  )
  return page === 'README.md' ? [...files, ...folders] : files
}

function filesBelow(...folders: string[]): string[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => !path.includes('node_modules'))
      .map((path) => `/${path.replaceAll('\\', '/')}`),
  )
}
