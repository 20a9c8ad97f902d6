/** Roles of a PostgreSQL server, for one test each. */

import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject, onTestFinished } from 'vitest'
import { newUrl } from './databases.js'

/** A new, empty schema. */
export async function postgresUrl(): Promise<string> {
  return newUrl('PostgreSQL')
}

/** As the superuser that the tests are. */
export async function administer(url: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}

export interface Role {
  name: string
  /** `url`, as this role. */
  url: string
}

/** A role that may do nothing yet, and is gone after the test. */
export async function addRole(url: string, attributes = 'login'): Promise<Role> {
  const name = `latchkey_test_${randomBytes(8).toString('hex')}`
  await administer(url, `create role ${name} ${attributes}`)
  onTestFinished(() =>
    administer(inject('postgresUrl'), `drop owned by ${name}`, `drop role ${name}`),
  )
  const theirs = new URL(url)
  theirs.username = name
  return { name, url: theirs.href }
}

/** What docs/postgres.md has an owner of the tables grant to the role that serves. */
export async function grantService(url: string, { name }: Role): Promise<void> {
  const schema = schemaOf(url)
  await administer(
    url,
    `grant usage on schema ${schema} to ${name}`,
    `grant select, insert, update, delete on all tables in schema ${schema} to ${name}`,
  )
}

export function schemaOf(url: string): string {
  const options = new URL(url).searchParams.get('options') ?? ''
  const [, schema] = /search_path=(\w+)/.exec(options) ?? []
  if (schema === undefined) throw new Error('The test has no schema of its own')
  return schema
}
