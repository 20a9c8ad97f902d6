import { AuthError } from '@latchkey/client'
import { useSyncExternalStore } from 'react'
import { client } from '../session/client.js'
import type { ImportJob, ImportProgress } from './import/import-job.js'

/** An import that is under way, or over and not yet forgotten. It goes on whichever page is shown. */
export interface RunningImport {
  readonly job: ImportJob
  readonly file: File
  /** Changes nothing. */
  readonly isTrial: boolean
  /** Whose it is: it waits for them, and goes on as nobody else. */
  readonly admin: string | undefined
  /** Whether somebody has read what came of it. */
  readonly isSeen?: boolean
}

export function useRunningImport(): RunningImport | undefined {
  return useSyncExternalStore(subscribe, () => current)
}

export function useProgressOf({ job }: RunningImport): ImportProgress {
  return useSyncExternalStore(
    (listener) => job.subscribe(listener),
    () => job.progress,
  )
}

/** In place of one that is over. */
export function begin(running: RunningImport): void {
  current = running
  tell()
  running.job.subscribe(warnWhoLeaves)
  void running.job.goOn()
}

/** Somebody reads what came of it: nothing more need be said of it elsewhere. */
export function markSeen(): void {
  if (current === undefined || current.isSeen) return
  current = { ...current, isSeen: true }
  tell()
}

/** One that is over, or that nobody wants to go on with. */
export function forget(): void {
  current = undefined
  warnWhoLeaves()
  tell()
}

/** @throws AuthError `signed_out` where somebody else has signed in, or nobody is */
export function checkWhoseItIs(admin: string | undefined): void {
  if (client.user?.username === admin) return
  throw new AuthError('signed_out', 'The import is of somebody who is not signed in')
}

let current: RunningImport | undefined
const listeners = new Set<() => void>()

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function tell(): void {
  for (const listener of listeners) listener()
}

// Whoever comes back finds it going on.
client.onChange(({ user }) => {
  if (current === undefined || user?.username !== current.admin) return
  const { name } = current.job.progress.phase
  const mayAgain = name === 'no_right' && user?.scopes.includes('admin')
  if (name === 'signed_out' || mayAgain) void current.job.goOn()
})

/** Leaving the page would end it. */
function warnWhoLeaves(): void {
  const name = current?.job.progress.phase.name ?? 'ended'
  const isOver = current?.isTrial || ['ended', 'failed'].includes(name)
  if (isOver || current === undefined) removeEventListener('beforeunload', warn)
  else addEventListener('beforeunload', warn)
}

function warn(event: BeforeUnloadEvent): void {
  event.preventDefault()
}
