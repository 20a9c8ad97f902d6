/**
 * Vitest's global setup: one PostgreSQL for the whole run. With LATCHKEY_TEST_DATABASE_URL set it
 * is that one, whose user must be allowed to make schemas.
 */

import type { TestProject } from 'vitest/node'
import { startPostgres } from './postgres-server.js'

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.LATCHKEY_TEST_DATABASE_URL
  const server = given ? undefined : await startPostgres()
  project.provide('postgresUrl', given ?? server?.url ?? '')
  return async () => server?.stop()
}

declare module 'vitest' {
  export interface ProvidedContext {
    postgresUrl: string
  }
}
