import { AuthError } from '@latchkey/client'
import { useSyncExternalStore } from 'react'
import { client } from '../session/client.js'
import type { ImportJob, ImportProgress } from './import/import-job.js'
import { Lasting, useLasting } from './lasting.js'
import { warnWhoLeaves } from './leaving.js'

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
  return useLasting(current)
}

export function useProgressOf({ job }: RunningImport): ImportProgress {
  return useSyncExternalStore(
    (listener) => job.subscribe(listener),
    () => job.progress,
  )
}

/** In place of one that is over. */
export function begin(running: RunningImport): void {
  current.value = running
  running.job.subscribe(warnWhileUnderWay)
  void running.job.goOn()
}

/** Somebody reads what came of it: nothing more need be said of it elsewhere. */
export function markSeen(): void {
  const { value } = current
  if (value !== undefined && !value.isSeen) current.value = { ...value, isSeen: true }
}

/** One that is over, or that nobody wants to go on with. */
export function forget(): void {
  current.value = undefined
  warnWhileUnderWay()
}

/** @throws AuthError `signed_out` where somebody else has signed in, or nobody is */
export function checkWhoseItIs(admin: string | undefined): void {
  if (client.user?.username === admin) return
  throw new AuthError('signed_out', 'The import is of somebody who is not signed in')
}

const current = new Lasting<RunningImport | undefined>(undefined)

// Whoever comes back finds it going on.
client.onChange(({ user }) => {
  const { value } = current
  if (value === undefined || user?.username !== value.admin) return
  const { name } = value.job.progress.phase
  const mayAgain = name === 'no_right' && user?.scopes.includes('admin')
  if (name === 'signed_out' || mayAgain) void value.job.goOn()
})

function warnWhileUnderWay(): void {
  const { value } = current
  const isOver = value === undefined || ['ended', 'failed'].includes(value.job.progress.phase.name)
  warnWhoLeaves('import', !isOver && !value.isTrial)
}
