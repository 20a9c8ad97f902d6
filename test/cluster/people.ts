/** Who is there: users, an admin, and a client that may ask about all tokens. */

import { run } from '../../packages/server/test/cli/run.js'
import { claimOf, signIn, testuser } from '../sessions/requests.js'

export interface Person {
  id: string
  username: string
  password: string
}

export interface People {
  users: readonly Person[]
  adminToken: string
  watcher: { client_id: string; client_secret: string }
}

/** @param adminPassword as the first of the nodes has made it */
export async function addPeople(
  url: string,
  databaseUrl: string,
  adminPassword: string | undefined,
): Promise<People> {
  if (adminPassword === undefined) throw new Error('The demo has had an admin before')
  const others = ['second', 'third'].map((name) => ({
    username: name,
    password: `${name} of three`,
  }))
  for (const other of others) await addUser(databaseUrl, other)
  const users: Person[] = []
  for (const each of [testuser, ...others]) {
    const { accessToken } = await signIn(url, each)
    users.push({ ...each, id: claimOf(accessToken, 'sub') })
  }
  const admin = { username: 'admin', password: adminPassword, scope: 'admin' }
  const { accessToken: adminToken } = await signIn(url, admin)
  return { users, adminToken, watcher: await addWatcher(url, adminToken) }
}

async function addUser(
  databaseUrl: string,
  { username, password }: Omit<Person, 'id'>,
): Promise<void> {
  const env = { LATCHKEY_DATABASE_URL: databaseUrl }
  const { status, stderr } = await run(['user', 'add', username], { env, input: `${password}\n` })
  if (status !== 0) throw new Error(`A user could not be added: ${stderr}`)
}

async function addWatcher(url: string, adminToken: string): Promise<People['watcher']> {
  const id = 'watcher'
  const answer = await fetch(`${url}/admin/clients`, {
    method: 'POST',
    headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ id, scopes: ['introspect'] }),
  })
  const { client_secret: secret }: { client_secret?: string } = await answer.json()
  if (secret === undefined) throw new Error(`A client could not be added: ${answer.status}`)
  return { client_id: id, client_secret: secret }
}
