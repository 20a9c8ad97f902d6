import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { candidateOf } from '../../core/user-import/candidate.js'
import type { IncomingRecord, IncomingUser } from '../../core/user-import/incoming.js'
import { Refusal } from '../../errors.js'
import type { Instant } from '../../store/schema.js'
import { openUserFile } from '../open.js'
import type { SystemName } from '../systems.js'

const folder = mkdtempSync(join(tmpdir(), 'latchkey-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const exports = new URL('../../../test/moving-in/exports/', import.meta.url)

const now = 1_700_000_000_000 as Instant
const signerKey = Buffer.alloc(64).toString('base64')
const firebase = { signerKey, saltSeparator: 'Bw==', rounds: 2, memCost: 4 }

/** The first user of an export. */
function sample(file: string): Record<string, unknown> {
  const text = readFileSync(new URL(file, exports), 'utf8')
  if (!file.endsWith('.json')) return JSON.parse(text.split('\n')[0] ?? '')
  const document = JSON.parse(text)
  return Array.isArray(document) ? document[0] : document.users[0]
}

const samples: [SystemName, Record<string, unknown>][] = [
  ['latchkey', { username: 'ann', scopes: ['items:read'], metadata: {}, created_at: 1 }],
  ['fastapi', { username: 'ann', hashed_password: 'x', is_active: 1, scopes: 'a b' }],
  ['django', sample('django.jsonl')],
  ['django', { ...(sample('django.jsonl').fields as object) }],
  ['supabase', sample('supabase.ndjson')],
  ['auth0', sample('auth0.ndjson')],
  ['auth0', sample('auth0-import.json')],
  ['firebase', sample('firebase.json')],
  ['keycloak', sample('keycloak-realm.json')],
  ['better-auth', { id: '1', email: 'a@b.example', password: null, createdAt: 1, banExpires: 1 }],
]

const hostile: unknown[] = [
  null,
  '',
  ' ',
  '\u0000',
  '\ud800',
  "'",
  '{"a":',
  '[[[]]]',
  'x'.repeat(5000),
  -1,
  0,
  1e308,
  0.5,
  true,
  [],
  [null],
  [[], {}],
  ['a', 1],
  {},
  { toString: 1 },
  { valueOf: 'x', toString: null },
  JSON.parse('{"__proto__":{"disabled":true}}') as unknown,
  { constructor: { prototype: 1 } },
  { length: 1e9 },
]

/** Each member in turn is something else, and so is each member of theirs. */
function* changed(record: Record<string, unknown>): Generator<Record<string, unknown>> {
  for (const [name, value] of Object.entries(record)) {
    const { [name]: _, ...without } = record
    yield without
    for (const other of hostile) yield { ...record, [name]: other }
    const inner = Array.isArray(value) ? value[0] : value
    if (typeof inner !== 'object' || inner === null) continue
    for (const one of changed({ ...inner }))
      yield { ...record, [name]: Array.isArray(value) ? [one] : one }
  }
}

async function read(from: SystemName, records: readonly unknown[]): Promise<IncomingRecord[]> {
  const path = join(folder, 'users.json')
  writeFileSync(path, JSON.stringify(records))
  const source = await openUserFile(path, { from, now, firebase })
  const found: IncomingRecord[] = []
  for await (const record of source.records()) found.push(record)
  return found
}

it.each(samples)(
  'G10 whatever a record of %s holds, it is a user, passed over or left out',
  async (from, record) => {
    const records = [...changed(record)]
    expect(records.length).toBeGreaterThan(90)
    const found = await read(from, [...records, record])
    expect(found).toHaveLength(records.length + 1)
    expect(found.at(-1)).toHaveProperty('user')
    for (const one of found) if ('user' in one) expectJudged(one.user)
  },
)

/** By the rules for all users. */
function expectJudged(user: IncomingUser): void {
  try {
    candidateOf(user, now, new Map([['items:read', '']]))
  } catch (error) {
    expect(error).toBeInstanceOf(Refusal)
  }
}
