/** Usernames and client ids: one space of names, each given once and never again (checklist A04). */

import type { Kysely } from 'kysely'
import type { Statement } from './database.js'
import type { Schema } from './schema.js'

/** The statement that takes a name, for the units that make users and clients. */
export function takeName(build: Kysely<Schema>, name: string): Statement {
  const query = build
    .insertInto('names')
    .values({ name })
    .onConflict((conflict) => conflict.doNothing())
  return { query: query.compile(), requires: 1 }
}
