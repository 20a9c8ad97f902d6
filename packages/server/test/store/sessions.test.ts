import { beforeEach, describe, expect, it } from 'vitest'
import { endReasons } from '../../src/store/end-reasons.js'
import { openStore, type Store } from '../../src/store/open.js'
import type { Instant, SessionId, SessionRow, UserId } from '../../src/store/schema.js'
import { databases } from '../databases.js'
import { entry, NOW, session, user } from './rows.js'

const NOBODY = 'nobody' as UserId
const LATER = (NOW + 1) as Instant

for (const database of databases) {
  describe(`sessions on ${database.name}`, () => {
    let store: Store
    let userId: UserId

    beforeEach(async () => {
      store = await database.open()
      userId = (await created()).id
      return () => store.close()
    })

    async function created() {
      const row = user()
      expect(await store.users.create(row, 'hash', entry())).toBe('created')
      return row
    }

    async function opened(fields: Partial<SessionRow> = {}): Promise<SessionRow> {
      const row = session(fields.user_id ?? userId, fields)
      expect(await store.sessions.open(row, '', entry())).toBe(true)
      return row
    }

    const disabled = () =>
      store.userEdits.edit({ userId, disabled: true, at: NOW, seen: NOW, events: [entry()] })

    const events = async () => (await store.audit.list({ limit: 200 })).rows.map((row) => row.event)

    /** What other processes learn of: the ids of sessions that have ended. */
    const told = async () => {
      const { changes } = await store.changes.since(0 as Instant)
      expect(new Set(changes.map(({ kind }) => kind))).not.toContain('client_changed')
      return changes.map(({ subject }) => subject)
    }

    it('gives back an opened session as it was, and the entry beside it', async () => {
      const row = session(userId, {
        scope: 'a b',
        counter: 2 ** 40,
        epoch: 3,
        rotated_at: NOW,
        password_at: NOW,
        address: '::1',
        user_agent: 'Tester/1 🦊',
      })
      const event = entry({ event: 'signed_in', session_id: row.id, detail: '{"a":1}' })
      expect(await store.sessions.open(row, '', event)).toBe(true)
      expect(await store.sessions.find(row.id)).toEqual(row)
      expect((await store.audit.list({ limit: 10 })).rows).toContainEqual({ ...event, seal: null })
    })

    it('finds no session under an unknown id', async () => {
      expect(await store.sessions.find('unknown' as SessionId)).toBeUndefined()
      expect(await store.sessions.findInContext('unknown' as SessionId)).toBeUndefined()
    })

    it('E11 opens no session under the id of another', async () => {
      const row = await opened()
      const second = store.sessions.open(
        { ...row, client_id: 'other' },
        '',
        entry({ event: 'second' }),
      )
      await expect(second).rejects.toThrow()
      expect(await store.sessions.find(row.id)).toEqual(row)
      expect(await events()).not.toContain('second')
    })

    it('opens no session of a user who is not there or disabled, and writes no entry', async () => {
      const event = () => entry({ event: 'refused' })
      expect(await store.sessions.open(session(NOBODY), '', event())).toBe(false)
      await disabled()
      const late = session(userId)
      expect(await store.sessions.open(late, '', event())).toBe(false)
      expect(await store.sessions.find(late.id)).toBeUndefined()
      expect(await events()).not.toContain('refused')
    })

    it('E09 opens no session with a password that has been changed since', async () => {
      await store.users.replacePassword({ userId, hash: 'new', at: LATER, event: entry() })
      const late = session(userId, { password_at: NOW })
      expect(await store.sessions.open(late, '', entry({ event: 'refused' }))).toBe(false)
      expect(await store.sessions.find(late.id)).toBeUndefined()
      expect(await events()).not.toContain('refused')
      await opened({ password_at: LATER })
    })

    it('E09 opens one after the upgrade of a hash, which changes no password', async () => {
      expect(await store.users.upgradePassword(userId, 'hash', 'better')).toBe(true)
      await opened({ password_at: NOW })
    })

    it('E13 leaves no live session where sign-ins and disabling meet, and tells of all', async () => {
      const rows = Array.from({ length: 12 }, () => session(userId))
      const open = (row: (typeof rows)[number]) => store.sessions.open(row, '', entry())
      const disable = disabled()
      await Promise.all([...rows.slice(0, 6).map(open), disable, ...rows.slice(6).map(open)])
      const found = await Promise.all(rows.map((row) => store.sessions.find(row.id)))
      const there = found.flatMap((row) => row ?? [])
      expect(there.filter((row) => row.ended_at === null)).toEqual([])
      expect((await disable)?.ended.toSorted()).toEqual(there.map(({ id }) => id).toSorted())
      expect((await told()).toSorted()).toEqual(there.map(({ id }) => id).toSorted())
    })

    it('finds a session with what decides whether it may go on', async () => {
      const row = await opened({ password_at: NOW, counter: 7, rotated_at: NOW })
      const owner = await store.users.findById(userId)
      const { now, ...found } = (await store.sessions.findInContext(row.id)) ?? { now: 0 }
      expect(found).toEqual({
        ...row,
        username: owner?.username,
        username_key: owner?.username_key,
        user_scopes: owner?.scopes,
        user_disabled: 0,
        password_changed_at: NOW,
      })
      expect(now).toBeGreaterThan(NOW)
      await disabled()
      await store.users.replacePassword({ userId, hash: 'new', at: LATER, event: entry() })
      expect(await store.sessions.findInContext(row.id)).toMatchObject({
        user_disabled: 1,
        password_changed_at: LATER,
        password_at: NOW,
        ended_why: 'user_disabled',
      })
    })

    it('finds the session of a user without a password', async () => {
      const owner = user()
      await store.users.create(owner, null, entry())
      const row = await opened({ user_id: owner.id })
      const found = await store.sessions.findInContext(row.id)
      expect(found).toMatchObject({ id: row.id, password_changed_at: null, password_at: null })
    })

    it('E03 takes a step, and writes when, by the clock that ages are reckoned with', async () => {
      const row = await opened({ counter: 4 })
      const bystander = await opened({ counter: 4 })
      expect(await store.sessions.advance(row.id, 4)).toBe(true)
      const found = await store.sessions.findInContext(row.id)
      expect(found).toMatchObject({ counter: 5, created_at: row.created_at })
      // Not the test's own time, which is long ago.
      const times = [found?.rotated_at, found?.last_used_at].map((at) => at ?? 0)
      for (const at of times) expect(Math.abs((found?.now ?? 0) - at)).toBeLessThan(60_000)
      expect(await store.sessions.find(bystander.id)).toEqual(bystander)
    })

    it('E03 takes no step from another counter, of no session, or of one that has ended', async () => {
      const row = await opened({ counter: 4 })
      expect(await store.sessions.advance(row.id, 3)).toBe(false)
      expect(await store.sessions.advance(row.id, 5)).toBe(false)
      expect(await store.sessions.advance('unknown' as SessionId, 0)).toBe(false)
      expect(await store.sessions.find(row.id)).toEqual(row)
      await store.sessions.end(row.id, 'signed_out', entry())
      const ended = await store.sessions.find(row.id)
      expect(await store.sessions.advance(row.id, 4)).toBe(false)
      expect(await store.sessions.find(row.id)).toEqual(ended)
    })

    it('E04 lets one of fifty callers take a step, again and again', async () => {
      const row = await opened()
      for (let counter = 0; counter < 4; counter++) {
        const callers = Array.from({ length: 50 }, () => store.sessions.advance(row.id, counter))
        expect((await Promise.all(callers)).filter(Boolean)).toHaveLength(1)
        expect((await store.sessions.find(row.id))?.counter).toBe(counter + 1)
      }
    })

    it('M06 takes no step of a session that is ended at the same moment, or ends it after', async () => {
      const rows = await Promise.all(Array.from({ length: 8 }, () => opened()))
      await Promise.all(
        rows.flatMap(({ id }) => [
          store.sessions.advance(id, 0),
          store.sessions.end(id, 'signed_out', entry()),
          store.sessions.advance(id, 1),
        ]),
      )
      for (const { id } of rows) {
        expect(await store.sessions.find(id)).toMatchObject({ ended_why: 'signed_out' })
        expect(await store.sessions.advance(id, 0)).toBe(false)
      }
    })

    it('F01 ends a session once, however many ask, and tells of it once', async () => {
      const row = await opened()
      const bystander = await opened()
      const endings = endReasons.map((why) =>
        store.sessions.end(row.id, why, entry({ event: `ended ${why}` })),
      )
      const outcomes = await Promise.all(endings)
      expect(outcomes.filter(Boolean)).toHaveLength(1)
      const why = endReasons[outcomes.indexOf(true)]
      expect(await store.sessions.find(row.id)).toMatchObject({
        ended_at: expect.any(Number),
        ended_why: why,
      })
      expect((await events()).filter((event) => event.startsWith('ended'))).toEqual([
        `ended ${why}`,
      ])
      expect(await told()).toEqual([row.id])
      expect(await store.sessions.find(bystander.id)).toEqual(bystander)
    })

    it('ends nothing under an unknown id, and tells of nothing', async () => {
      const event = entry({ event: 'ended' })
      expect(await store.sessions.end('unknown' as SessionId, 'signed_out', event)).toBe(false)
      expect(await told()).toEqual([])
      expect(await events()).not.toContain('ended')
    })

    it('M06 keeps nothing of an ending whose entry can not be written', async () => {
      const row = await opened()
      const event = entry()
      await store.audit.append(event)
      await expect(store.sessions.end(row.id, 'signed_out', event)).rejects.toThrow()
      await expect(store.sessions.endAll({ userId, why: 'signed_out', event })).rejects.toThrow()
      expect(await store.sessions.find(row.id)).toEqual(row)
      expect(await told()).toEqual([])
    })

    it('E12 ends all sessions of a user, but for the one that is named', async () => {
      const [kept, first, second] = [await opened(), await opened(), await opened()]
      const over = await opened()
      await store.sessions.end(over.id, 'ended_by_admin', entry())
      const others = await opened({ user_id: (await created()).id })
      const ended = await store.sessions.endAll({
        userId,
        why: 'signed_out',
        except: kept.id,
        event: entry({ event: 'ended all' }),
      })
      expect(ended.toSorted()).toEqual([first.id, second.id].toSorted())
      expect((await told()).toSorted()).toEqual([first.id, second.id, over.id].toSorted())
      expect(await events()).toContain('ended all')
      const whys = [kept, first, second, over, others].map(
        async ({ id }) => (await store.sessions.find(id))?.ended_why,
      )
      expect(await Promise.all(whys)).toEqual([
        null,
        'signed_out',
        'signed_out',
        'ended_by_admin',
        null,
      ])
    })

    it('E12 ends all of them where there are none, which is written down too', async () => {
      const event = entry({ event: 'ended all' })
      expect(await store.sessions.endAll({ userId, why: 'signed_out', event })).toEqual([])
      expect(await events()).toContain('ended all')
    })

    it('M06 tells of each session that it ends, where endings and sign-ins meet', async () => {
      const before = await Promise.all(Array.from({ length: 6 }, () => opened()))
      const during = Array.from({ length: 12 }, () => session(userId))
      const endAll = () =>
        store.sessions.endAll({ userId, why: 'password_changed', event: entry() })
      const [first, , second, third] = await Promise.all([
        endAll(),
        Promise.all(during.map((row) => store.sessions.open(row, '', entry()))),
        endAll(),
        store.users.replacePassword({ userId, hash: 'new', at: LATER, event: entry() }),
        ...before.map(({ id }) => store.sessions.end(id, 'signed_out', entry())),
      ])
      const rows = await Promise.all(
        [...before, ...during].map(({ id }) => store.sessions.find(id)),
      )
      const over = rows.flatMap((row) => (row && row.ended_at !== null ? [row] : []))
      expect((await told()).toSorted()).toEqual(over.map(({ id }) => id).toSorted())
      // Each was ended by one of them, and only by one.
      const byUnits = [...first, ...second, ...(third ?? [])]
      const byOne = over.filter((row) => row.ended_why === 'signed_out').map(({ id }) => id)
      expect([...byUnits, ...byOne].toSorted()).toEqual(over.map(({ id }) => id).toSorted())
      expect(before.every(({ id }) => over.some((row) => row.id === id))).toBe(true)
    })

    it('lists the live sessions, newest first, page by page, without gaps or doubles', async () => {
      const ages = [0, 2, 1, 1, 1]
      const mine = await Promise.all(
        ages.map((age) => opened({ created_at: (NOW + age) as Instant })),
      )
      const over = await opened()
      await store.sessions.end(over.id, 'signed_out', entry())
      const other = await created()
      const others = await opened({ user_id: other.id })
      const newestFirst = (rows: SessionRow[]) => rows.toSorted(byAgeAndId).map(({ id }) => id)
      expect(await listed(store, { userId })).toEqual(newestFirst(mine))
      expect(await listed(store, { userId: other.id })).toEqual([others.id])
      expect(await listed(store, { userId: NOBODY })).toEqual([])
      expect(await listed(store, {})).toEqual(newestFirst([...mine, others]))
    })

    it.each(['', 'MTox!'])('refuses the cursor %j, which no list has answered', async (after) => {
      const listing = store.sessions.list({ limit: 2, after, usual: forEver })
      await expect(listing).rejects.toMatchObject({ code: 'field_malformed', fields: ['cursor'] })
    })
  })

  it(`E10 what was used stays used when ${database.name} is opened again`, async () => {
    const url = await database.url()
    const owner = user()
    const row = session(owner.id)
    const before = await openStore(url)
    await before.users.create(owner, 'hash', entry())
    await before.sessions.open(row, '', entry())
    expect(await before.sessions.advance(row.id, 0)).toBe(true)
    await before.close()
    const after = await openStore(url)
    expect(await after.sessions.advance(row.id, 0)).toBe(false)
    expect(await after.sessions.advance(row.id, 1)).toBe(true)
    await after.close()
  })
}

/** Seconds. */
const forEver = { refreshIdle: 1e9, session: 1e9 }

async function listed(store: Store, of: { userId?: UserId }): Promise<string[]> {
  const seen: string[] = []
  let after: string | null = null
  do {
    const page = await store.sessions.list({
      limit: 2,
      usual: forEver,
      ...of,
      ...(after !== null && { after }),
    })
    seen.push(...page.rows.map(({ id }) => id))
    after = page.next
  } while (after !== null)
  return seen
}

function byAgeAndId(one: SessionRow, other: SessionRow): number {
  return other.created_at - one.created_at || (one.id < other.id ? 1 : -1)
}
