/** A database as it is after some months, by the million: enough rows for a planner to mind what it does. */

import pg from 'pg'
import type { Instant, SessionId } from '../../src/store/schema.js'
import type { Known } from './calls.js'

/**
 * Fills the tables of a new PostgreSQL database, and has them analysed.
 *
 * @param sessions how many; other tables have as many rows as go with them
 */
export async function fill(url: string, sessions: number): Promise<Known> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    const now = Date.now() as Instant
    const restore = await strip(client)
    for (const statement of rows(sessions, now)) await client.query(statement)
    for (const statement of restore) await client.query(statement)
    await client.query('analyze')
    return await findKnown(client, now)
  } finally {
    await client.end()
  }
}

/**
 * Takes away what makes filling slow. No plan depends on whether a table is logged.
 *
 * @returns the statements that put indexes and constraints back
 */
async function strip(client: pg.Client): Promise<string[]> {
  const { rows: constraints } = await client.query<{ drop: string; restore: string }>(CONSTRAINTS)
  const { rows: indexes } = await client.query<{ drop: string; restore: string }>(INDEXES)
  const all = [...constraints, ...indexes]
  for (const { drop } of all) await client.query(drop)
  for (const table of FILLED) await client.query(`alter table ${table} set unlogged`)
  await client.query("set maintenance_work_mem = '128MB'")
  return all.toReversed().map(({ restore }) => restore)
}

const FILLED = [
  'users',
  'user_parts',
  'passwords',
  'sessions',
  'names',
  'changes',
  'audit',
  'audit_seals',
  'statuses',
  'links',
  'mails',
  'attempts',
]

/** References first, for they hold keys in their place. */
const CONSTRAINTS = `
  select format('alter table %s drop constraint %I', conrelid::regclass, conname) as drop,
    format('alter table %s add constraint %I %s', conrelid::regclass, conname,
      pg_get_constraintdef(oid)) as restore
  from pg_constraint
  where connamespace = current_schema::regnamespace and contype in ('f', 'p', 'u')
    and conrelid = any ('{${FILLED}}'::regclass[])
  order by contype`

const INDEXES = `
  select format('drop index %s', indexrelid::regclass) as drop, pg_get_indexdef(indexrelid) as restore
  from pg_index
  where indrelid = any ('{${FILLED}}'::regclass[])
    and not exists (select 1 from pg_constraint where conindid = indexrelid)`

const day = 24 * 60 * 60_000

/**
 * Ten sessions for every user, opened over ninety days, of which one in ten has ended; a sign-in in
 * the log and a change for each.
 */
function rows(sessions: number, now: Instant): string[] {
  const users = sessions / 10
  const owner = id(`n * 7 % ${users} + 1`)
  const opened = `(${now} - ${90 * day} + n * ${(90 * day) / sessions}::bigint)`
  const used = `${opened} + (${now} - ${opened}) / 97 * (n % 97)`
  return [
    `insert into users
       select ${id('n')}, 'user' || n, 'user' || n, 'user' || n || '@example.com',
         'user' || n || '@example.com', n % 2, case n % 1000 when 0 then 1 else 0 end,
         'account items:read', ${now} - n, ${now}
       from ${series(users)}`,
    // As `partsOf` has them: the name is what the address begins with.
    `insert into user_parts
       select convert_to(substr('user' || n || '@example.com', at, 24), 'UTF8'), ${id('n')}
       from ${series(users)}, generate_series(1, length('user' || n) + 2) as at`,
    `update backfills set done_at = ${now}`,
    `insert into passwords
       select ${id('n')}, '$argon2id$v=19$m=19456,t=2,p=1$', ${now} from ${series(users)}`,
    `insert into names select 'user' || n from ${series(users)}`,
    `insert into clients
       select 'client' || n, 'Client', 0, 'password refresh_token', 'items:read', null, null, null,
         'enabled', ${now} - n, ${now} from ${series(20)}`,
    `insert into sessions
       (id, user_id, client_id, counter, amr, authenticated_at, created_at, last_used_at, ended_at,
        ended_why, rotated_at, password_at, address, user_agent, status_list, status_index)
       select ${id('n')}, ${owner}, case n % 10 when 0 then 'client' || (n / 10 % 20) else 'first-party' end,
         n % 40, 'pwd', ${opened}, ${opened}, ${used}, case n % 10 when 1 then ${now} end,
         case n % 10 when 1 then 'signed_out' end, ${opened}, ${now}, '203.0.113.7',
         'Mozilla/5.0 (X11; Linux x86_64; rv:145.0)', 1, n
       from ${series(sessions)}`,
    `insert into changes (id, at, kind, subject)
       select 'session_ended:' || ${id('n')}, ${now} - n * ${(2 * day) / sessions}::bigint,
         'session_ended', ${id('n')}
       from ${series(sessions)}`,
    // A seal has ten entries; what is new has none.
    `insert into audit (id, at, event, user_id, session_id, client_id, actor, seal)
       select ${id('n')}, ${opened}, 'signed_in', ${owner}, ${id('n')}, 'first-party', 'system',
         case when n < ${sessions} - 500 then n / 10 + 1 end
       from ${series(sessions)}`,
    `insert into audit_seals
       select n, 10, '', ${now} - ${90 * day} + n * ${(900 * day) / sessions}::bigint, 'mac', ${now}, null,
         ${now}, 'key', 'mac'
       from ${series(sessions / 10)}`,
    `insert into links
       select ${id('n')}, ${id('n')},
         case n % 3 when 0 then 'verify_email' when 1 then 'invitation' else 'reset_password' end,
         ${id('n')}, 'user' || n || '@example.com', 'user' || n || '@example.com', null,
         ${now} - n, ${now} + n, case n % 10 when 0 then null else ${now} end
       from ${series(users)}`,
    // The newest wait, as behind a mail server that was away; the others are remembered for a while.
    `insert into mails
       select ${id('n')}, 'email_verification', ${id('n')}, 'user' || n || '@example.com',
         case when n <= ${users / 10} then 'v1.' || ${id('n')} || '.' || repeat('x', 200) end,
         case when n <= ${users / 20} then 'queued' when n <= ${users / 10} then 'kept'
           when n % 50 = 0 then 'failed' else 'sent' end, 1,
         ${now} - n, case when n <= ${users / 20} then ${now} - n else ${now} + ${30 * day} - n end, ${now}, null
       from ${series(users)}`,
    `insert into attempts
       select ${id('n')}, ${now}, 720000, 0, ${now} + n from ${series(users)}`,
    `insert into status_lists select n, 1000000, ${now}, ${now} from ${series(2)}`,
    `insert into statuses select n % 2 + 1, n, 1 from ${series(sessions)}`,
  ]
}

function series(count: number): string {
  return `generate_series(1::bigint, ${count}) as n`
}

/** In hex, as ids of users are, and in no order: an odd factor takes each number to another. */
function id(number: string): string {
  return `lpad(to_hex((${number}) * 2654435761 % 4294967296), 8, '0')`
}

/** User 15's address is verified, and none of their sessions has ended. */
async function findKnown(client: pg.Client, now: Instant): Promise<Known> {
  const { rows: users } = await client.query<Known['user']>(
    "select id, username_key, email_key, scopes from users where username_key = 'user15'",
  )
  const [user] = users
  const { rows: sessions } = await client.query<{ id: SessionId }>(
    'select id from sessions where user_id = $1 limit 3',
    [user?.id],
  )
  const [first, second, third] = sessions
  if (!user || !first || !second || !third)
    throw new Error('A row of those that are known is missing')
  return { user, sessions: [first.id, second.id, third.id], clientId: 'client3', now }
}
