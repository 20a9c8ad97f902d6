/**
 * The statements of this release and of those before it, a file each for each database. Nodes are
 * replaced one by one, so those of the release before have to run on the tables of this one.
 */

import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { CompiledQuery } from 'kysely'
import { describe, expect, it } from 'vitest'
import type { Database } from '../../src/store/database.js'
import { openStore } from '../../src/store/open.js'
import { newUrl, onDatabase } from '../databases.js'
import { makeKnown } from './known.js'
import { type RecordedStatement, recordStatements } from './statements.js'

const folder = new URL('./released/', import.meta.url)
const { version }: { version: string } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
)

describe.each(['SQLite', 'PostgreSQL'] as const)('on %s', (engine) => {
  const ending = `-${engine.toLowerCase()}.sql`
  const files = readdirSync(folder).filter((name) => name.endsWith(ending))

  it(`the statements of ${version} are those of the code`, async () => {
    const url = await newUrl(engine)
    const known = await makeKnown(url)
    const statements = await onDatabase(url, (database) => recordStatements(database, known))
    const path = fileURLToPath(new URL(`${version}${ending}`, folder))
    await expect(textOf(statements)).toMatchFileSnapshot(path)
  })

  it.each(files)('all of %s fit the newest tables', async (file) => {
    const url = await newUrl(engine)
    await (await openStore(url)).close()
    expect(await onDatabase(url, (database) => misfits(database, file))).toEqual([])
  })

  it.each(files)('not all of %s would, were a column gone', async (file) => {
    const url = await newUrl(engine)
    await (await openStore(url)).close()
    const query = CompiledQuery.raw('alter table sessions drop column counter')
    await onDatabase(url, (database) => database.alter([{ query }]))
    const found = await onDatabase(url, (database) => misfits(database, file))
    expect(found).toContainEqual(expect.stringMatching(/counter.*: update "sessions"/))
  })
})

/** A line for each, below who makes it. */
function textOf(statements: readonly RecordedStatement[]): string {
  const makers = new Map<string, string[]>()
  const seen = new Set<string>()
  for (const { by, sql } of statements) {
    // How many rows are inserted at once depends on what is in them.
    const line = sql
      .replaceAll(/\s*\n\s*/g, ' ')
      .replace(/(values \([^()]*\))(, \([^()]*\))+/, '$1')
    if (seen.has(line)) continue
    seen.add(line)
    makers.set(by, [...(makers.get(by) ?? []), line])
  }
  return [...makers].map(([by, lines]) => `-- ${by}\n${lines.join('\n')}\n`).join('\n')
}

function statementsOf(file: string): string[] {
  const lines = readFileSync(new URL(file, folder), 'utf8').split('\n')
  return lines.filter((line) => line !== '' && !line.startsWith('--'))
}

/** Those that the database can't plan, with what it says. */
async function misfits(database: Database, file: string): Promise<string[]> {
  const found: string[] = []
  for (const statement of statementsOf(file)) {
    try {
      await database.read(CompiledQuery.raw(`explain ${statement}`, nothingFor(statement)))
    } catch (error) {
      found.push(`${error}: ${statement}`)
    }
  }
  return found
}

/** PostgreSQL wants a value for each parameter; SQLite takes none for null. */
function nothingFor(statement: string): null[] {
  const numbers = [...statement.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number))
  return new Array<null>(Math.max(0, ...numbers)).fill(null)
}
