import { fileURLToPath } from 'node:url'
import { run } from '../cli/commands.js'
import { newUrl, type TestDatabase } from '../databases.js'
import { type TestServer, testServer } from '../test-server.js'

/** What each user of the exports signs in with. */
export const password = 'correct horse battery staple'

/** For what does not depend on the database. */
export const sqlite: Pick<TestDatabase, 'url'> = { url: () => newUrl('SQLite') }

/** Files as other systems write them; exports/README.md says who wrote these. */
export function exported(name: string): string {
  return fileURLToPath(new URL(`exports/${name}`, import.meta.url))
}

export interface Moved {
  /** What the command has printed, as JSON. */
  readonly outcome: Record<string, unknown>
  readonly stderr: string
  /** A server on the database that the users are in. */
  readonly server: TestServer
  /** What is kept of a user. */
  kept(username: string): Promise<Record<string, unknown> | undefined>
}

/** Runs `latchkey user import` as people do, and opens a server on what has become of it. */
export async function moved(
  database: Pick<TestDatabase, 'url'>,
  args: readonly string[],
): Promise<Moved> {
  const databaseUrl = await database.url()
  const env = { LATCHKEY_DATABASE_URL: databaseUrl }
  const { stdout, stderr } = await run(['user', 'import', ...args, '--json'], { env })
  const server = await testServer({ databaseUrl })
  return {
    outcome: JSON.parse(stdout),
    stderr,
    server,
    kept: async (username) => {
      const found = await server.latchkey.store.users.findByLogin({ usernameKey: username })
      return found === undefined ? undefined : { ...found }
    },
  }
}
