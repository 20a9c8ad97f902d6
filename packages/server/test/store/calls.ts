/** A call of each method of each table, in each of its ways. */

import type { Store } from '../../src/store/open.js'
import type { Instant, KeyId, SessionId, UserId, UserRow } from '../../src/store/schema.js'
import {
  client,
  clientSecret,
  entry,
  link,
  mail,
  newKey,
  seal,
  session,
  user,
  userImport,
} from './rows.js'

/** Rows that are there before the calls. */
export interface Known {
  user: Pick<UserRow, 'id' | 'username_key' | 'scopes'> & { email_key: string }
  /** Of that user; all of them live. */
  sessions: readonly [SessionId, SessionId, SessionId]
  clientId: string
  /** The time by the database's clock. */
  now: Instant
}

/** @throws where there is none */
export function callOf(name: string): Call {
  const all: Readonly<Record<string, Readonly<Record<string, Call>>>> = calls
  const [table = '', method = ''] = name.split('.')
  const call = all[table]?.[method]
  if (call === undefined) throw new Error(`${name} has no call in calls.ts`)
  return call
}

export type Call = (store: Store, known: Known) => Promise<unknown>

type TableName = {
  [Name in keyof Store]: Store[Name] extends string | ((...given: never[]) => unknown)
    ? never
    : Name
}[keyof Store]

type Calls = { readonly [Name in TableName]: { readonly [Method in keyof Store[Name]]: Call } }

const day = 24 * 60 * 60_000
const usual = { refreshIdle: 30 * 24 * 3600, session: 90 * 24 * 3600 }

const counted = {
  limit: { key: 'key', free: 2, forget: 60_000 },
  at: 1,
  wait: 1,
  count: 1,
  forgottenAt: 2,
}

function ago(now: Instant, milliseconds: number): Instant {
  return (now - milliseconds) as Instant
}

/** The position of a page, as a list hands it out. */
function after(at: number): string {
  return Buffer.from(`${at}:a`).toString('base64url')
}

/** A method that is missing is refused by the types, and when the calls are made. */
const calls: Calls = {
  users: {
    async findByLogin({ users }, { user: { username_key: usernameKey, email_key: emailKey } }) {
      await users.findByLogin({ usernameKey })
      await users.findByLogin({ usernameKey, emailKey })
    },
    async findForSignIn(
      { users },
      { user: { id, username_key: usernameKey, email_key: emailKey } },
    ) {
      await users.findForSignIn({ usernameKey }, id)
      await users.findForSignIn({ usernameKey, emailKey }, id)
    },
    passwordOf: ({ users }, known) => users.passwordOf(known.user.id),
    findById: ({ users }, known) => users.findById(known.user.id),
    findByUsername: ({ users }, known) => users.findByUsername(known.user.username_key),
    async findCaller({ users }, { user: { id, username_key: usernameKey }, sessions }) {
      await users.findCaller({ id }, sessions[0])
      await users.findCaller({ usernameKey }, sessions[0])
    },
    async create({ users }) {
      await users.create(user(), 'hash', entry())
      const along = { uses: link(), link: link(), mail: mail() }
      await users.create(user({ scopes: 'admin' }), 'hash', entry(), along)
    },
    async list({ users }, { now }) {
      const page = { limit: 50, after: after(ago(now, day)) }
      for (const disabled of [false, true]) {
        await users.list({ limit: 50, disabled })
        await users.list({ ...page, disabled })
      }
    },
    async replacePassword({ users }, { user: { id: userId }, sessions: [kept], now: at }) {
      const change = { userId, hash: 'hash', at, event: entry(), mails: [mail()] }
      await users.replacePassword({ ...change, endSessionsExcept: kept })
      const byLink = { ...change, link: link({ email_key: 'a@b.example' }) }
      await users.replacePassword(byLink)
      await users.replacePassword({ ...byLink, proof: entry() })
    },
    upgradePassword: ({ users }, known) => users.upgradePassword(known.user.id, 'hash', 'better'),
  },
  userEdits: {
    groupsOf: ({ userEdits }, known) => userEdits.groupsOf(known.user.id),
    async edit({ userEdits }, { user: { id: userId, scopes: to }, clientId, now }) {
      const change = { userId, at: now, seen: now }
      const group = { client_id: clientId, scope: null }
      for (const edit of [
        { disabled: true },
        { disabled: false },
        { scopes: { to, unconcerned: [] } },
        { scopes: { to, unconcerned: [group] } },
        { disabled: true, scopes: { to, unconcerned: [] } },
        { metadata: { metadata: '{}', admin_metadata: null }, changesClaims: true },
      ]) {
        await userEdits.edit({ ...change, ...edit, events: [entry()] })
      }
    },
    // Of one who is not there: the others' turn comes later.
    async remove({ userEdits }, { now: seen }) {
      // Of a fixed name: a random one has now more and now fewer parts.
      const nobody = { ...user({ username: 'nobody' }), updated_at: seen }
      await userEdits.remove({ user: nobody, event: entry(), mails: [mail()] })
    },
  },
  userSearch: {
    async find({ userSearch }, { user: { username_key: name, id } }) {
      const cursor = Buffer.from(`p:${id}:${name}`).toString('base64url')
      for (const text of [name, name.slice(0, 2), 'nobody']) await userSearch.find(text, 51)
      for (const text of [name, name.slice(0, 2)]) await userSearch.find(text, 1_000, cursor)
    },
    isComplete: ({ userSearch }) => userSearch.isComplete(),
  },
  partSupply: {
    state: ({ partSupply }) => partSupply.state(),
    usersAfter: ({ partSupply }) => partSupply.usersAfter('4', 500),
    usersOf: ({ partSupply }, { user }) => partSupply.usersOf([user.id]),
    lackedBy: ({ partSupply }, { user }) => partSupply.lackedBy([user, user]),
    async supply({ partSupply }, { user: { id } }) {
      const { removals } = await partSupply.state()
      await partSupply.supply(JSON.stringify([['part', id]]), removals)
    },
    async complete({ partSupply }) {
      await partSupply.complete((await partSupply.state()).additions)
    },
  },
  userImports: {
    begin: ({ userImports }) => userImports.begin(userImport()),
    restart: ({ userImports }) => userImports.restart(userImport()),
    find: ({ userImports }) => userImports.find('import'),
    taken: ({ userImports }, { user: { id, username_key: name, email_key: address } }) =>
      userImports.taken({
        usernames: [name, 'nobody'],
        addresses: [address, 'nobody@example.com'],
        ids: [id, 'nobody' as UserId],
      }),
    async take({ userImports }) {
      const before = await userImports.begin(userImport())
      const users = ['', 'admin'].map((scopes) => ({ row: user({ scopes }), hash: 'hash' }))
      const after = { ...before, position: before.position + 2 }
      await userImports.take({ users, advance: { before, after }, withParts: true, event: entry() })
      const rest = { users: [{ row: user(), hash: null }], advance: undefined }
      await userImports.take({ ...rest, withParts: false, event: undefined })
    },
    end: ({ userImports }, { now }) => userImports.end('import', now),
  },
  attempts: {
    async count({ attempts }) {
      const limit = { key: 'key', free: 2, forget: 60_000 }
      await attempts.count([limit])
      await attempts.count([limit, { ...limit, key: 'other' }])
      // The third has to wait.
      await attempts.count([limit])
    },
    async spend({ attempts }) {
      await attempts.spend('solution', 60_000)
      await attempts.spend('solution', 60_000)
    },
    refund: ({ attempts }) => attempts.refund([counted]),
    full: ({ attempts }) => attempts.full([counted.limit]),
    clear: ({ attempts }) => attempts.clear([counted.limit, counted.limit], entry()),
  },
  userExports: {
    users: ({ userExports }) => userExports.users({ after: '4', limit: 1_000 }),
    usersWithHashes: ({ userExports }) => userExports.usersWithHashes({ after: '4', limit: 1_000 }),
  },
  sessions: {
    async open({ sessions }, { user: { id, scopes }, now }) {
      await sessions.open(session(id, { password_at: now }), scopes, entry())
      const along = { seen: now, takesBack: [counted] }
      await sessions.open(session(id, { password_at: now }), scopes, entry(), along)
      await sessions.open(session(id), scopes, entry())
      await sessions.open(session(id), scopes, entry(), along)
    },
    find: ({ sessions }, known) => sessions.find(known.sessions[0]),
    findInContext: ({ sessions }, known) => sessions.findInContext(known.sessions[0]),
    async advance({ sessions }, { sessions: [id] }) {
      await sessions.advance(id, 0)
      // A step that is gone is asked for once more by itself, in case that somebody held the row.
      await sessions.advance(id, 0)
      await sessions.advance(id, 1, { mark: 0, place: { list: 1, index: 1 } })
    },
    end: ({ sessions }, known) => sessions.end(known.sessions[1], 'signed_out', entry()),
    async endAll({ sessions }, { user: { id: userId }, sessions: [except] }) {
      await sessions.endAll({ userId, why: 'signed_out', except, event: entry() })
    },
    async list({ sessions }, { user: { id: userId }, now }) {
      const page = { limit: 50, usual, after: after(ago(now, day)) }
      await sessions.list({ limit: 50, usual })
      await sessions.list(page)
      await sessions.list({ limit: 50, usual, userId })
      await sessions.list({ ...page, userId })
    },
  },
  keys: {
    list: ({ keys }) => keys.list(),
    read: ({ keys }) => keys.read(),
    async add({ keys }) {
      await keys.add(newKey({ kid: 'one' as KeyId, ahead: day }), entry())
      await keys.add(newKey({ generation: 2 }), entry(), ['one' as KeyId])
    },
    promote: ({ keys }) => keys.promote('one' as KeyId, 0, entry()),
    async retire({ keys }) {
      await keys.retire('one' as KeyId, 'two' as KeyId, entry())
      await keys.retire('one' as KeyId, newKey({ generation: 3 }), entry())
    },
    forget: ({ keys }) => keys.forget(['one' as KeyId], entry()),
    async rewrap({ keys }) {
      const change = { id: 'one', from: 'wrapped', to: 'wrapped anew' }
      const all = ['signing_keys', 'refresh_keys', 'audit_keys'] as const
      await keys.rewrap(
        all.map((table) => ({ table, ...change })),
        entry(),
      )
    },
  },
  refreshKeys: {
    list: ({ refreshKeys }) => refreshKeys.list(),
    add: ({ refreshKeys }, { now }) =>
      refreshKeys.add({ id: 'one', generation: 1, wrapped_key: 'wrapped', created_at: now }),
  },
  clients: {
    find: ({ clients }, { clientId }) => clients.find(clientId),
    async create({ clients }) {
      const row = client()
      await clients.create(row, clientSecret(row.id), entry())
    },
    async edit({ clients }, { clientId, now: updated_at }) {
      const change = { id: 'one', client_id: clientId, scopes: 'a', spread: day }
      await clients.edit(clientId, { state: 'enabled', updated_at }, entry())
      await clients.edit(clientId, { scopes: 'a', updated_at }, entry(), { from: 'b', change })
    },
    addSecret: ({ clients }, { clientId, now }) =>
      clients.addSecret(clientSecret(clientId), now, entry()),
    async list({ clients }, { now }) {
      await clients.list({ limit: 50 })
      await clients.list({ limit: 50, after: after(now) })
    },
    longestSession: ({ clients }) => clients.longestSession(),
    listBlocked: ({ clients }) => clients.listBlocked(),
  },
  changes: {
    since: ({ changes }) => changes.since({ ago: 15_000 }),
    now: ({ changes }) => changes.now(),
    // Has a connection of its own, and asks no table.
    watch: async () => {},
    hasEndedToken: ({ changes }) => changes.hasEndedToken('one'),
    endToken: ({ changes }) => changes.endToken('one', entry(), { list: 1, index: 2 }),
  },
  statusLists: {
    list: ({ statusLists }) => statusLists.list(),
    make: ({ statusLists }) => statusLists.make([1]),
    async claim({ statusLists }) {
      await statusLists.claim(1, 0, 10, 100)
      await statusLists.claim(1, 90, 10, 100)
    },
    statuses: ({ statusLists }) => statusLists.statuses(1, 0, 1_000),
    remove: ({ statusLists }) => statusLists.remove(1_000_000),
    tidy: ({ statusLists }) => statusLists.tidy(1_000),
  },
  scopeChanges: {
    pending: ({ scopeChanges }) => scopeChanges.pending(),
    hold: ({ scopeChanges }) => scopeChanges.hold('one', day),
    release: ({ scopeChanges }) => scopeChanges.release('one', 1),
    forget: ({ scopeChanges }) => scopeChanges.forget('one'),
    async sessions({ scopeChanges }, { clientId, sessions: [id], now: before }) {
      // More users than are told at once, and a client of few sessions and one of most.
      const slices = [
        [undefined, '0a0', '100'],
        ['400', '4a0', '500'],
        ['f00', 'fa0', undefined],
      ] as const
      for (const [first, last, end] of slices) {
        for (const of of [clientId, 'first-party']) {
          const these = { clientId: of, users: [first, end], before } as const
          await scopeChanges.sessions(these, undefined, 500)
          await scopeChanges.sessions(these, { id, user_id: last as UserId }, 500)
        }
      }
    },
    mark: ({ scopeChanges }, { sessions: [, , id], now }) => scopeChanges.mark([id], now),
  },
  links: {
    find: ({ links }) => links.find('digest', 'verify_email'),
  },
  mails: {
    hasDue: ({ mails }, { now }) => mails.hasDue(now),
    take: ({ mails }, { now }) => mails.take(now, (now + day) as Instant, 20),
    keep: ({ mails }, { now }) => mails.keep(now, (now + day) as Instant, 20),
    async settle({ mails }, { now: due_at }) {
      const result = { attempts: 1, due_at, sent_at: null, fault: null }
      for (const state of ['queued', 'sent', 'failed'] as const) {
        await mails.settle({ id: 'one', due_at }, { ...result, state })
      }
    },
    queue: ({ mails }) => mails.queue(1_000),
    find: ({ mails }) => mails.find('one'),
    async list({ mails }, { user: { id: userId }, now }) {
      for (const later of [undefined, after(ago(now, day))]) {
        const page = { limit: 50, ...(later && { after: later }) }
        await mails.list(page)
        await mails.list({ ...page, state: 'failed' })
        await mails.list({ ...page, userId })
        await mails.list({ ...page, userId, state: 'failed' })
      }
    },
    async wrappedLike({ mails }, { now }) {
      for (const state of ['queued', 'kept'] as const) {
        await mails.wrappedLike('v1.one.', state, 500)
        await mails.wrappedLike('v1.one.', state, 500, after(ago(now, day)))
      }
    },
    rewrap: ({ mails }) => mails.rewrap([{ id: 'one', from: 'wrapped', to: 'wrapped anew' }]),
  },
  invitations: {
    create: ({ invitations }) => invitations.create(link(), mail(), entry()),
    async list({ invitations }, { now }) {
      await invitations.list({ limit: 50 })
      await invitations.list({ limit: 50, after: after(now) })
    },
    revoke: ({ invitations }) => invitations.revoke('one', entry()),
  },
  firstAdmin: {
    offer: ({ firstAdmin }) => firstAdmin.offer(link({ purpose: 'first_admin' })),
  },
  ownData: {
    async audit({ ownData }, { user: { id }, now }) {
      await ownData.audit(id, { limit: 50 })
      await ownData.audit(id, { limit: 50, after: after(ago(now, day)) })
    },
    async mails({ ownData }, { user: { id }, now }) {
      await ownData.mails(id, { limit: 50 })
      await ownData.mails(id, { limit: 50, after: after(ago(now, day)) })
    },
  },
  mailedLinks: {
    async send({ mailedLinks }, { user: { id: user_id, email_key }, now: created_at }) {
      for (const options of [{}, { most: 3 }, { most: 3, supersedes: true }]) {
        const row = { ...link({ email_key, created_at }), user_id }
        await mailedLinks.send({ link: row, mail: mail(), event: entry(), ...options })
      }
    },
  },
  emailAddresses: {
    findOwner: ({ emailAddresses }, { user: known }) => emailAddresses.findOwner(known.email_key),
    findClaimant: ({ emailAddresses }, { user: known }) =>
      emailAddresses.findClaimant(known.email_key),
    async prove({ emailAddresses }, { user: { id, email_key }, now: at }) {
      const address = { email: 'a@b.example', emailKey: 'a@b.example' }
      const proven = { ...address, link: link(), at, event: entry(), mails: [mail()] }
      await emailAddresses.prove({ ...proven, user: user({ id, email_key, username: 'ann' }) })
      await emailAddresses.prove({ ...proven, user: user({ id, username: 'ann' }) })
    },
  },
  audit: {
    async append({ audit }) {
      await audit.append(entry())
      await audit.append(entry(), mail())
    },
    async list({ audit }, { user: { id: userId }, sessions: [sessionId], now }) {
      const page = { limit: 50, after: after(ago(now, day)) }
      const span = { from: ago(now, 3 * day), to: ago(now, 2 * day) }
      for (const filter of [
        {},
        span,
        { event: 'tested' },
        { event: 'tested', ...span },
        { userId },
        { userId, event: 'tested', sessionId, clientId: 'first-party', ...span },
      ]) {
        await audit.list({ limit: 50, ...filter })
        await audit.list({ ...page, ...filter })
      }
    },
    appendAll: ({ audit }) => audit.appendAll([entry(), entry()]),
    appendOnce: ({ audit }) => audit.appendOnce(entry()),
    newest: ({ audit }) => audit.newest('tested'),
    find: ({ audit }) => audit.find('one'),
    inChain: ({ audit }, { now: at }) => audit.inChain({ seal: 3, at, id: 'a' }, 1_000),
    exported: ({ audit }, { now: at }) => audit.exported({ seal: 3, at, id: 'a' }, 1_000),
    unsealed: ({ audit }) => audit.unsealed(1_000),
  },
  auditSeals: {
    head: ({ auditSeals }) => auditSeals.head(),
    add: ({ auditSeals }) => auditSeals.add(seal(), ['one', 'two']),
    after: ({ auditSeals }) => auditSeals.after(3, 20),
    firstSince: ({ auditSeals }, { now }) => auditSeals.firstSince(ago(now, day)),
    oldest: ({ auditSeals }) => auditSeals.oldest(1_000),
    forget: ({ auditSeals }) => auditSeals.forget(1, 1),
  },
  auditKeys: {
    list: ({ auditKeys }) => auditKeys.list(),
    add: ({ auditKeys }, { now }) =>
      auditKeys.add({ id: 'one', generation: 1, wrapped_key: 'wrapped', created_at: now }),
  },
  cleanUp: {
    prepare: ({ cleanUp }) => cleanUp.prepare(['one'], 0),
    due: ({ cleanUp }) => cleanUp.due(),
    take: ({ cleanUp }) => cleanUp.take('one', day),
    leave: ({ cleanUp }, { now }) =>
      cleanUp.leave(
        { name: 'one', position: '', removed: 0, due_at: now, now },
        { position: 'a', removed: 1, rest: 0 },
      ),
    sampleSessions: ({ cleanUp }) => cleanUp.sampleSessions(1_000),
    sessionsAfter: ({ cleanUp }) => cleanUp.sessionsAfter('', 1_000),
    forgetSessions: ({ cleanUp }, { now }) =>
      cleanUp.forgetSessions(['one' as SessionId], ago(now, day)),
    forgetChanges: ({ cleanUp }, { now }) => cleanUp.forgetChanges(ago(now, 1.5 * day), 1_000),
    async forgetMails({ cleanUp }, { now }) {
      for (const state of ['sent', 'failed', 'kept'] as const) {
        await cleanUp.forgetMails(state, ago(now, 80 * day), 1_000)
      }
    },
    forgetLinks: ({ cleanUp }, { now }) => cleanUp.forgetLinks(ago(now, 80 * day), 1_000),
    attemptsAfter: ({ cleanUp }) => cleanUp.attemptsAfter('', 1_000),
    forgetAttempts: ({ cleanUp }) => cleanUp.forgetAttempts(['one']),
    secretsAfter: ({ cleanUp }) => cleanUp.secretsAfter('', 1_000),
    forgetSecrets: ({ cleanUp }, { now }) => cleanUp.forgetSecrets(['one'], ago(now, day)),
  },
  statistics: {
    async add({ statistics }, { now }) {
      const row = { step: 60_000, start: ago(now, now % 60_000), figure: 'one', value: 1 }
      await statistics.add({ writer: 'one', number: 1, counts: [row], peaks: [row] })
      await statistics.add({ writer: 'one', number: 1, counts: [row], peaks: [] })
    },
    since: ({ statistics }, { now }) => statistics.since(60_000, ago(now, day)),
    forget: ({ statistics }, { now }) => statistics.forget(60_000, ago(now, day)),
    forgetWriters: ({ statistics }, { now }) => statistics.forgetWriters(ago(now, day)),
  },
}
