import { client } from '../session/client.js'
import { keepFile } from '../ui/keep-file.js'
import { type AuditFilters, exportAudit, type Progress } from './api/audit.js'
import { Lasting, useLasting } from './lasting.js'
import { warnWhoLeaves } from './leaving.js'

/** An export of the audit log that is under way, or over and not yet forgotten, whichever page is shown. */
export interface RunningExport {
  readonly name: 'running' | 'ended' | 'failed'
  readonly progress: Progress
  /** Why it failed. */
  readonly error?: unknown
  /** Whether somebody has read what came of it. */
  readonly isSeen?: boolean
}

export function useRunningExport(): RunningExport | undefined {
  return useLasting(current)
}

/** Gathers what the filters let through, and hands it to the browser when it is whole. */
export async function startExport(filters: AuditFilters): Promise<void> {
  const { signal } = renewed()
  let progress: Progress = { entries: 0, bytes: 0 }
  const tell = (name: RunningExport['name'], error?: unknown) => {
    if (signal.aborted) return
    current.value = { name, progress, error }
    warnWhoLeaves('export', name === 'running')
  }
  const onProgress = (latest: Progress) => {
    progress = latest
    tell('running')
  }
  onProgress(progress)
  try {
    const file = await exportAudit(filters, { signal, onProgress })
    if (!signal.aborted) keepFile(file, 'audit.ndjson')
    tell('ended')
  } catch (error) {
    tell('failed', error)
  }
}

/** Ends one that is under way. */
export function giveUpExport(): void {
  controller.abort()
  current.value = undefined
  warnWhoLeaves('export', false)
}

/** Somebody reads what came of it: nothing more need be said of it elsewhere. */
export function markExportSeen(): void {
  const { value } = current
  if (value !== undefined && !value.isSeen) current.value = { ...value, isSeen: true }
}

/** Once what came of it was read, it need not be said again. */
export function forgetSeenExport(): void {
  if (current.value?.isSeen) current.value = undefined
}

const current = new Lasting<RunningExport | undefined>(undefined)
let controller = new AbortController()
let admin: string | undefined

function renewed(): AbortController {
  controller = new AbortController()
  admin = client.user?.username
  return controller
}

// The log is for admins: whoever else sits there now is given no file of it.
client.onChange(({ user }) => {
  if (current.value !== undefined && user?.username !== admin) giveUpExport()
})
