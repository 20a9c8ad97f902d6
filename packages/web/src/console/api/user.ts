import { useQuery, useQueryClient } from '@tanstack/react-query'
import { ask } from '../../api/ask.js'
import type { AuditEntry } from '../events.js'
import type { Mail } from './mails.js'
import { type List, readPage, useList } from './pages.js'
import type { FullUser } from './users.js'

export type Json = Readonly<Record<string, unknown>>

/** A user as their own page shows them. */
export interface OneUser extends FullUser {
  readonly metadata: Json
  readonly admin_metadata: Json
  /** How it is kept; null where there is none. */
  readonly password: {
    readonly format: string
    readonly outdated: boolean
    readonly set_at: string
  } | null
}

/** A user, and the version that a change is meant for. */
export interface Seen {
  readonly user: OneUser
  readonly version: string
}

export interface UserEdit {
  readonly disabled?: boolean
  readonly scopes?: readonly string[]
  readonly metadata?: Json
  readonly admin_metadata?: Json
}

/** What stands between a user and a sign-in. */
export interface Obstacle {
  readonly code: string
  readonly stops: 'all' | 'some'
  readonly until: string | null
  readonly about: string | null
}

export function useUser(id: string) {
  return useQuery({ queryKey: [pathOf(id)], queryFn: ({ signal }) => readUser(id, signal) })
}

export async function readUser(id: string, signal?: AbortSignal): Promise<Seen> {
  const answer = await ask('GET', pathOf(id), { ...(signal && { signal }) })
  return seenIn(answer)
}

/** Looked at anew while the page is open: a wait comes to its end by itself. */
export function useObstacles(id: string) {
  return useQuery({
    queryKey: [pathOf(id), 'obstacles'],
    queryFn: async ({ signal }) => {
      const page = await readPage<Obstacle>(`${pathOf(id)}/obstacles`, {}, '', signal)
      return page.items
    },
    refetchInterval: lookAgain,
  })
}

/** Milliseconds. */
const lookAgain = 10_000

/** What the audit log has about a user, the newest first. */
export function useEntries(id: string): List<AuditEntry> {
  return useList('admin/audit', { user_id: id, limit: '50' })
}

export function useMails(id: string): List<Mail> {
  return useList('admin/mails', { user_id: id, limit: '5' })
}

/** @param version without which it is whatever there is @throws Problem 412 where somebody was faster */
export async function editUser(id: string, edit: UserEdit, version: string): Promise<Seen> {
  return seenIn(await ask('PATCH', pathOf(id), { body: edit, headers: { 'if-match': version } }))
}

/** For good. @throws Problem 412 as above */
export async function removeUser(id: string, version: string): Promise<void> {
  await ask('DELETE', pathOf(id), { headers: { 'if-match': version } })
}

export async function unlockUser(id: string): Promise<void> {
  await ask('DELETE', `${pathOf(id)}/attempts`)
}

export async function sendReset(id: string): Promise<void> {
  await ask('POST', `${pathOf(id)}/password-reset`)
}

export async function endSessionsOf(id: string): Promise<void> {
  await ask('DELETE', `admin/sessions?user_id=${encodeURIComponent(id)}`)
}

/** What everybody sees after a change: all of it may be another now. */
export function useLookAgain(): () => Promise<void> {
  const queries = useQueryClient()
  return () => queries.invalidateQueries()
}

function pathOf(id: string): string {
  return `admin/users/${encodeURIComponent(id)}`
}

async function seenIn(answer: Response): Promise<Seen> {
  return { user: await answer.json(), version: answer.headers.get('etag') ?? '*' }
}
