import type { Claims } from '@latchkey/guard'
import { beforeEach, describe, expect, it } from 'vitest'
import { databases } from '../../test/databases.js'
import { client, entry, session, user } from '../../test/store/rows.js'
import { openDatabase, openStore, type Store } from '../store/open.js'
import type { Instant, SessionId, UserId } from '../store/schema.js'
import { Identity } from './identity.js'
import { Revocations } from './revocations.js'
import { StatusLists } from './status-lists.js'

const minute = 60_000
const longestToken = 30 * minute
const longest = { place: 60 * minute, session: 600 * minute, token: longestToken }
const identity = new Identity(
  { issuer: 'https://auth.example', audience: undefined, subject: 'id', algorithm: 'EdDSA' },
  '',
)

for (const database of databases) {
  describe(`revocations on ${database.name}`, () => {
    let url: string
    /** Two processes: what one does, the other hears of by the feed alone. */
    let theirs: Store
    let ours: Store
    let userId: UserId
    let ahead = 0
    let logged: string[]

    beforeEach(async () => {
      ahead = 0
      logged = []
      url = await database.url()
      theirs = await openStore(url, { clock })
      ours = await openStore(url, { clock })
      const owner = user()
      userId = owner.id
      await theirs.users.create(owner, 'hash', entry())
      return async () => {
        await ours.close()
        await theirs.close()
      }
    })

    const clock = () => Date.now() + ahead

    async function started(store = ours): Promise<Revocations> {
      return (await startedWithLists(store)).revocations
    }

    async function startedWithLists(store = ours) {
      const log = { error: (_: object, text: string) => void logged.push(text) }
      const lists = new StatusLists({ store, identity, longest })
      const revocations = new Revocations({
        store,
        lists,
        clock: () => clock() as Instant,
        readTime: () => store.changes.now(),
        log: { ...silent, ...log },
        memory: 2 * longestToken,
      })
      await revocations.start()
      await revocations.stop()
      return { revocations, lists }
    }

    async function opened(): Promise<SessionId> {
      const row = session(userId)
      await theirs.sessions.open(row, '', entry())
      return row.id
    }

    it('F10 hears at the next look of each session that another process has ended', async () => {
      const revocations = await started()
      const [first, second, third, live] = await Promise.all([
        opened(),
        opened(),
        opened(),
        opened(),
      ])
      await theirs.sessions.end(first, 'signed_out', entry())
      expect(revocations.status(ofSession(first))).toBe('valid')
      await revocations.look()
      expect(revocations.status(ofSession(first))).toBe('revoked')
      await theirs.sessions.end(second, 'signed_out', entry())
      const all = { userId, why: 'signed_out' as const, except: live, event: entry() }
      expect(await theirs.sessions.endAll(all)).toEqual([third])
      await revocations.look()
      const statuses = [first, second, third, live].map((id) => revocations.status(ofSession(id)))
      expect(statuses).toEqual(['revoked', 'revoked', 'revoked', 'valid'])
    })

    it('E12 knows of all that has ended when it has ended all, whoever was first', async () => {
      const revocations = await started()
      const [first, second, live] = [await opened(), await opened(), await opened()]
      await theirs.sessions.end(first, 'signed_out', entry())
      const all = { userId, why: 'signed_out' as const, except: live, event: entry() }
      const ended = await ours.sessions.endAll(all)
      expect(ended).toEqual([second])
      await revocations.allEnded(ended)
      const statuses = [first, second, live].map((id) => revocations.status(ofSession(id)))
      expect(statuses).toEqual(['revoked', 'revoked', 'valid'])
    })

    it('E13 hears of the sessions that end with a password, or with their user', async () => {
      const revocations = await started()
      const [kept, ended] = [await opened(), await opened()]
      const at = clock() as Instant
      const change = { userId, hash: 'new', at, endSessionsExcept: kept, event: entry() }
      await theirs.users.replacePassword(change)
      await revocations.look()
      expect(revocations.status(ofSession(ended))).toBe('revoked')
      expect(revocations.status(ofSession(kept))).toBe('valid')
      await theirs.userEdits.edit({ userId, disabled: true, at, seen: at, events: [entry()] })
      await revocations.look()
      expect(revocations.status(ofSession(kept))).toBe('revoked')
    })

    it('F05 hears of a client’s own token that was ended, and of no other of that client', async () => {
      const revocations = await started()
      await theirs.changes.endToken('ended', entry())
      await revocations.look()
      expect(revocations.status(ofClient('robot', 'ended'))).toBe('revoked')
      expect(revocations.status(ofClient('robot', 'other'))).toBe('valid')
    })

    it('F05 does not take the id of a token for that of its session', async () => {
      const revocations = await started()
      await theirs.changes.endToken('same', entry())
      await revocations.look()
      const claims = { sub: 'user', client_id: 'shop', sid: 'other', jti: 'same', exp: 1 }
      expect(revocations.status(claims)).toBe('valid')
    })

    it('E09 hears of clients that are disabled, enabled again and deleted', async () => {
      await theirs.clients.create(client({ id: 'robot' }), undefined, entry())
      const revocations = await started()
      const statusAfter = async (state: 'enabled' | 'disabled' | 'deleted') => {
        await theirs.clients.edit('robot', { state }, entry())
        await revocations.look()
        expect(revocations.status(ofClient('other', 'jti'))).toBe('valid')
        return revocations.status(ofClient('robot', 'jti'))
      }
      expect(await statusAfter('disabled')).toBe('revoked')
      expect(await statusAfter('enabled')).toBe('valid')
      expect(await statusAfter('disabled')).toBe('revoked')
      expect(await statusAfter('deleted')).toBe('revoked')
    })

    it('holds at once what its own process has ended', async () => {
      const revocations = await started()
      const id = await opened()
      revocations.sessionsEnded([id])
      revocations.tokenEnded('jti')
      expect(revocations.status(ofSession(id))).toBe('revoked')
      expect(revocations.status(ofClient('robot', 'jti'))).toBe('revoked')
      await ours.clients.create(client({ id: 'robot', state: 'disabled' }), undefined, entry())
      await revocations.clientChanged()
      expect(revocations.status(ofClient('robot', 'another'))).toBe('revoked')
    })

    it('E10 knows after a restart what ended before it, within the life of a token', async () => {
      const id = await opened()
      await theirs.sessions.end(id, 'signed_out', entry())
      await theirs.changes.endToken('jti', entry())
      await theirs.clients.create(client({ id: 'robot', state: 'disabled' }), undefined, entry())
      ahead = longestToken
      const revocations = await started()
      expect(revocations.status(ofSession(id))).toBe('revoked')
      expect(revocations.status(ofClient('other', 'jti'))).toBe('revoked')
      // A client stays blocked, however long ago that was done.
      ahead = 100 * longestToken
      const later = await started()
      expect(later.status(ofClient('robot', 'another'))).toBe('revoked')
    })

    it('M08 forgets what no token can outlive, and not for a clock that jumps ahead and back', async () => {
      const id = await opened()
      const revocations = await started()
      await theirs.sessions.end(id, 'signed_out', entry())
      await revocations.look()
      ahead = longestToken
      await revocations.look()
      expect(revocations.status(ofSession(id))).toBe('revoked')
      ahead = 2 * longestToken + minute
      await revocations.look()
      expect(revocations.status(ofSession(id))).toBe('valid')
      expect((await started()).status(ofSession(id))).toBe('valid')
    })

    it('M08 hears of what is ended after the clock was set back', async () => {
      ahead = 60 * minute
      const revocations = await started()
      ahead = 0
      const id = await opened()
      await revocations.look()
      await theirs.sessions.end(id, 'signed_out', entry())
      await revocations.look()
      expect(revocations.status(ofSession(id))).toBe('revoked')
    })

    it('hears of a change that becomes visible later than its time says', async () => {
      const revocations = await started()
      const direct = await openDatabase(url, clock)
      const late = (id: string, seconds: number) => ({
        query: direct.build
          .insertInto('changes')
          .values({
            id: `session_ended:${id}`,
            at: (clock() - seconds * 1000) as Instant,
            kind: 'session_ended',
            subject: id,
          })
          .compile(),
      })
      await revocations.look()
      await direct.write([late('by one second', 1), late('by ten', 10)])
      await revocations.look()
      await direct.close()
      expect(revocations.status(ofSession('by one second'))).toBe('revoked')
      expect(revocations.status(ofSession('by ten'))).toBe('revoked')
    })

    it('F10 answers from memory while the database is away, and the log says so once', async () => {
      const id = await opened()
      await theirs.sessions.end(id, 'signed_out', entry())
      const revocations = await started()
      await ours.close()
      for (const _ of [1, 2, 3]) await revocations.look()
      expect(revocations.status(ofSession(id))).toBe('revoked')
      expect(revocations.status(ofSession('live'))).toBe('valid')
      expect(logged).toEqual(['the change feed can not be read'])
    })

    it('does not start where the feed can not be read', async () => {
      await ours.close()
      await expect(started()).rejects.toMatchObject({ code: 'storage_unavailable' })
    })
  })
}

const silent = { debug: ignore, info: ignore, warn: ignore }

function ignore(): void {}

function ofSession(sid: string): Claims {
  return { sub: 'user', client_id: 'shop', sid, jti: `token of ${sid}`, exp: 1 }
}

function ofClient(id: string, jti: string): Claims {
  return { sub: id, client_id: id, jti, exp: 1 }
}
