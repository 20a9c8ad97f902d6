/**
 * Vitest's global setup: one PostgreSQL for the whole run. With LATCHKEY_TEST_DATABASE_URL set it
 * is that one, whose user must be allowed to make schemas.
 */

import { randomBytes } from 'node:crypto'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { startPostgres } from './postgres-server.js'

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.LATCHKEY_TEST_DATABASE_URL
  const server = given ? undefined : await startPostgres()
  const url = given ?? server?.url ?? ''
  const schemaPrefix = `latchkey_test_${randomBytes(4).toString('hex')}_`
  project.provide('postgresUrl', url)
  project.provide('schemaPrefix', schemaPrefix)
  return async () => {
    await (server?.stop() ?? dropSchemas(url, schemaPrefix))
  }
}

/** Those that test files have handed on to each other. */
async function dropSchemas(url: string, prefix: string): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  const { rows } = await client.query<{ name: string }>(
    'select nspname as name from pg_namespace where starts_with(nspname, $1)',
    [prefix],
  )
  for (const { name } of rows) await client.query(`drop schema ${name} cascade`)
  await client.end()
}

declare module 'vitest' {
  export interface ProvidedContext {
    postgresUrl: string
    /** What the names of this run's schemas begin with. */
    schemaPrefix: string
  }
}
