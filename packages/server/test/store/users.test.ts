import { beforeEach, describe, expect, it } from 'vitest'
import type { Store } from '../../src/store/open.js'
import type { Instant, SessionId, SessionRow, UserId } from '../../src/store/schema.js'
import { databases } from '../databases.js'
import { entry, NOW, session, user } from './rows.js'

const LATER = (NOW + 1) as Instant
const NOBODY = 'nobody' as UserId

for (const database of databases) {
  describe(`users on ${database.name}`, () => {
    let store: Store

    beforeEach(async () => {
      store = await database.open()
      return () => store.close()
    })

    async function created(fields: Parameters<typeof user>[0] = {}, hash: string | null = 'hash') {
      const row = user(fields)
      expect(await store.users.create(row, hash, entry())).toBe('created')
      return row
    }

    const userId = (start: string) => start.padEnd(32, '0') as UserId

    async function signedIn(userId: UserId): Promise<SessionId> {
      const row = session(userId)
      expect(await store.sessions.open(row, '', entry())).toBe(true)
      return row.id
    }

    const endings = async (ids: SessionId[]) =>
      Promise.all(ids.map(async (id) => (await store.sessions.find(id))?.ended_why))

    const events = async () => (await store.audit.list({ limit: 100 })).rows.map((row) => row.event)

    /** What other processes learn of. */
    const told = async () =>
      (await store.changes.since(0 as Instant)).changes.map(
        ({ kind, subject }) => `${kind} ${subject}`,
      )

    it('gives back a created user as it was, every type the same', async () => {
      const row = await created({
        username: 'Zoë 🦊',
        email: 'Z@x.example',
        email_key: 'z@x.example',
      })
      expect(await store.users.findById(row.id)).toEqual(row)
      expect(await store.users.findByUsername(row.username_key)).toEqual(row)
      expect(await store.users.findByLogin({ usernameKey: row.username_key })).toEqual({
        ...row,
        hash: 'hash',
        password_at: row.created_at,
      })
    })

    it('finds a user without a password, with no hash', async () => {
      const row = await created({}, null)
      const found = await store.users.findByLogin({ usernameKey: row.username_key })
      expect(found).toEqual({ ...row, hash: null, password_at: null })
    })

    it('finds nobody under an unknown name, id or address', async () => {
      await created()
      expect(await store.users.findById(NOBODY)).toBeUndefined()
      expect(await store.users.findByUsername('nobody')).toBeUndefined()
      const login = { usernameKey: 'no@x.example', emailKey: 'no@x.example' }
      expect(await store.users.findByLogin(login)).toBeUndefined()
      expect(await store.users.findCaller({ id: NOBODY }, undefined)).toBeUndefined()
    })

    it('prefers the owner of a verified address to a user of that name', async () => {
      const address = 'ann@x.example'
      const named = await created({ username: address })
      const login = { usernameKey: address, emailKey: address }
      expect((await store.users.findByLogin(login))?.id).toBe(named.id)
      await created({ email: address, email_key: address, email_verified: 0 })
      expect((await store.users.findByLogin(login))?.id).toBe(named.id)
      const owner = await created({ email: address, email_key: address, email_verified: 1 })
      expect((await store.users.findByLogin(login))?.id).toBe(owner.id)
    })

    it('H07 finds a decoy with whoever signs in, and by the same read without anybody', async () => {
      const nobody = { usernameKey: 'nobody' }
      const first = { user: undefined, decoy: undefined }
      expect(await store.users.findForSignIn(nobody, '')).toEqual(first)
      const ann = await created({ id: userId('1'), username: 'ann' }, 'near')
      const zoe = await created({ id: userId('8'), username: 'zoe', email_verified: 1 }, 'far')
      await created({ username: 'passkeys', id: userId('2') }, null)
      const decoyAt = async (place: string) =>
        (await store.users.findForSignIn(nobody, place)).decoy
      expect(await Promise.all(['0', '2', '9'].map(decoyAt))).toEqual(['near', 'far', 'near'])
      const login = { usernameKey: zoe.username_key, emailKey: zoe.email_key ?? '' }
      const found = { ...zoe, hash: 'far', password_at: zoe.created_at }
      expect(await store.users.findForSignIn(login, '0')).toEqual({ user: found, decoy: 'near' })
      const byName = await store.users.findForSignIn({ usernameKey: ann.username_key }, '2')
      expect(byName).toEqual({
        user: { ...ann, hash: 'near', password_at: ann.created_at },
        decoy: 'far',
      })
    })

    it('H09 refuses a second user of one name and keeps nothing of the attempt', async () => {
      const first = await created({ username: 'Ann' })
      const second = user({ username: 'ann' })
      const outcome = await store.users.create(second, 'other', entry({ event: 'refused' }))
      expect(outcome).toBe('username_taken')
      expect(await store.users.findById(second.id)).toBeUndefined()
      expect(await store.users.findByUsername('ann')).toEqual(first)
      expect(await events()).not.toContain('refused')
    })

    it('lets one user verify an address, and any number claim it', async () => {
      const address = { email: 'a@x.example', email_key: 'a@x.example' }
      await created({ ...address, email_verified: 1 })
      await created({ ...address, email_verified: 0 })
      await created({ ...address, email_verified: 0 })
      const second = user({ ...address, email_verified: 1 })
      expect(await store.users.create(second, null, entry())).toBe('email_taken')
    })

    it('M06 creates one user of many that ask for the same name at once', async () => {
      const rivals = Array.from({ length: 8 }, () => user({ username: 'same' }))
      const outcomes = await Promise.all(
        rivals.map((row) => store.users.create(row, 'hash', entry())),
      )
      expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1)
      expect(outcomes.filter((outcome) => outcome === 'username_taken')).toHaveLength(7)
    })

    it('does not pass an id used twice for a taken name', async () => {
      const row = await created()
      const twin = user({ id: row.id })
      await expect(store.users.create(twin, null, entry())).rejects.toThrow('id of another')
    })

    it('finds the caller by id and by name, with the state of the session', async () => {
      const row = await created()
      const live = await signedIn(row.id)
      const found = { user: row, sessionEnded: false, claimsChanged: false }
      expect(await store.users.findCaller({ id: row.id }, live)).toEqual(found)
      expect(await store.users.findCaller({ usernameKey: row.username_key }, live)).toEqual(found)
      expect(await store.users.findCaller({ id: row.id }, undefined)).toEqual(found)
    })

    it('counts a session as ended that is unknown, over, or of another user', async () => {
      const row = await created()
      const other = await created()
      const ended = await signedIn(row.id)
      await store.users.replacePassword({ userId: row.id, hash: 'n', at: NOW, event: entry() })
      const others = await signedIn(other.id)
      const now = await store.users.findById(row.id)
      for (const id of [ended, others, 'unknown' as SessionId, '' as SessionId]) {
        const caller = await store.users.findCaller({ id: row.id }, id)
        expect(caller).toEqual({ user: now, sessionEnded: true, claimsChanged: false })
      }
    })

    it('lists by age, page by page, without gaps or doubles among users of the same instant', async () => {
      const rows = await Promise.all([0, 2, 1, 1, 1].map((age) => created({ created_at: at(age) })))
      const expected = rows.toSorted(byAgeAndId).map((row) => row.id)
      const seen: string[] = []
      let after: string | null = null
      do {
        const page = await store.users.list({ limit: 2, ...(after === null ? {} : { after }) })
        expect(page.rows.length).toBeLessThanOrEqual(2)
        seen.push(...page.rows.map((row) => row.id))
        after = page.next
      } while (after !== null)
      expect(seen).toEqual(expected)
    })

    it('has no next page where the last one is just full', async () => {
      await created()
      await created()
      expect((await store.users.list({ limit: 2 })).next).toBeNull()
    })

    it.each(['', 'x', 'MTox!', Buffer.from('1:\0').toString('base64url')])(
      'refuses the cursor %j, which no list has answered',
      async (after) => {
        const listing = store.users.list({ limit: 2, after })
        await expect(listing).rejects.toMatchObject({ code: 'field_malformed', fields: ['cursor'] })
      },
    )

    it('E13 replaces a password and ends the sessions, but for the one that is named', async () => {
      const row = await created()
      const bystander = await created()
      const sessions = [
        await signedIn(row.id),
        await signedIn(row.id),
        await signedIn(bystander.id),
      ]
      const [kept, other] = sessions
      const change = { userId: row.id, hash: 'new', at: LATER, event: entry({ event: 'changed' }) }
      const ended = await store.users.replacePassword(
        kept ? { ...change, endSessionsExcept: kept } : change,
      )
      expect(ended).toEqual([other])
      const found = await store.users.findByLogin({ usernameKey: row.username_key })
      expect(found).toMatchObject({ hash: 'new', updated_at: LATER, password_at: LATER })
      expect(kept && (await store.sessions.find(kept))).toMatchObject({ password_at: LATER })
      expect(await told()).toEqual([`session_ended ${other}`])
      expect(await endings(sessions)).toEqual([null, 'password_changed', null])
      expect(await events()).toContain('changed')
    })

    it('E13 without a name ends every session, and leaves those that were over as they were', async () => {
      const row = await created({}, null)
      const first = await signedIn(row.id)
      const change = { userId: row.id, hash: 'new', event: entry() }
      expect(await store.users.replacePassword({ ...change, at: NOW })).toEqual([first])
      const over = await store.sessions.find(first)
      const second = await signedIn(row.id)
      const again = { ...change, at: LATER, event: entry() }
      expect(await store.users.replacePassword(again)).toEqual([second])
      expect(await store.sessions.find(first)).toEqual(over)
      expect(await endings([first, second])).toEqual(['password_changed', 'password_changed'])
    })

    it('sets no password of a user who is not there, and writes no entry', async () => {
      const change = { userId: NOBODY, hash: 'new', at: NOW, event: entry({ event: 'changed' }) }
      expect(await store.users.replacePassword(change)).toBeUndefined()
      expect(await events()).not.toContain('changed')
    })

    it('G08 upgrades a hash once, from the hash that was checked', async () => {
      const row = await created({}, 'old')
      const live = await signedIn(row.id)
      const outcomes = await Promise.all(
        ['new 1', 'new 2', 'new 3'].map((hash) => store.users.upgradePassword(row.id, 'old', hash)),
      )
      expect(outcomes.filter(Boolean)).toHaveLength(1)
      expect(await store.users.upgradePassword(row.id, 'old', 'new 4')).toBe(false)
      const found = await store.users.findByLogin({ usernameKey: row.username_key })
      expect(found?.hash).toBe(`new ${outcomes.indexOf(true) + 1}`)
      expect(await endings([live])).toEqual([null])
    })

    it('E13 disables a user and ends the sessions; enabling brings none back', async () => {
      const row = await created()
      const live = await signedIn(row.id)
      const edit = (disabled: boolean, seen: Instant) => {
        const events = [entry({ event: disabled ? 'disabled' : 'enabled' })]
        return store.userEdits.edit({ userId: row.id, at: LATER, seen, disabled, events })
      }
      expect(await edit(true, LATER)).toBeUndefined()
      expect(await edit(true, NOW)).toEqual({ ended: [live], marked: [] })
      expect(await told()).toEqual([`session_ended ${live}`])
      expect(await store.users.findById(row.id)).toMatchObject({ disabled: 1, updated_at: LATER })
      expect(await endings([live])).toEqual(['user_disabled'])
      // Told apart even by a clock that stands still.
      expect(await edit(false, NOW)).toBeUndefined()
      expect(await edit(false, LATER)).toEqual({ ended: [], marked: [] })
      expect(await store.users.findById(row.id)).toMatchObject({
        disabled: 0,
        updated_at: LATER + 1,
      })
      expect(await endings([live])).toEqual(['user_disabled'])
      expect(await events()).toContain('disabled')
    })

    it('E13 forgets a user, and leaves no live session where sign-ins and the deletion meet', async () => {
      const row = await created()
      const sessions = Array.from({ length: 8 }, () => session(row.id))
      const open = (one: SessionRow) => store.sessions.open(one, '', entry())
      const removal = { user: row, event: entry({ event: 'deleted' }) }
      const removed = store.userEdits.remove(removal)
      await Promise.all([...sessions.map(open), removed])
      const found = await Promise.all(sessions.map(({ id }) => store.sessions.find(id)))
      const there = found.flatMap((one) => one ?? [])
      expect(there).toEqual([])
      expect((await told()).toSorted()).toEqual(
        ((await removed) ?? []).map((id) => `session_ended ${id}`).toSorted(),
      )
      expect(await store.users.findById(row.id)).toBeUndefined()
      expect(await store.users.findByLogin({ usernameKey: row.username_key })).toBeUndefined()
      expect(await store.users.create({ ...row }, 'hash', entry())).toBe('username_taken')
      expect(await store.userEdits.remove({ ...removal, event: entry() })).toBeUndefined()
      expect(await events()).toContain('deleted')
    })

    it('disables nobody who is not there', async () => {
      const edit = { userId: NOBODY, disabled: true, at: NOW, seen: NOW }
      const disabling = { ...edit, events: [entry({ event: 'disabled' })] }
      expect(await store.userEdits.edit(disabling)).toBeUndefined()
      expect(await events()).not.toContain('disabled')
    })
  })
}

function at(age: number): Instant {
  return (NOW + age) as Instant
}

function byAgeAndId(
  one: { created_at: number; id: string },
  other: { created_at: number; id: string },
): number {
  return one.created_at - other.created_at || (one.id < other.id ? -1 : 1)
}
