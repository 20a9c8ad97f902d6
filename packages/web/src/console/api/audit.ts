import { ask } from '../../api/ask.js'
import type { AuditEntry } from '../events.js'
import { type Filters, type ListPage, queryOf, readPage } from './pages.js'
import type { FullUser } from './users.js'

/** What a list of entries is filtered by, as the server takes it. */
export interface AuditFilters extends Filters {
  readonly user_id?: string
  readonly event?: string
  /** RFC 3339. */
  readonly from?: string
  readonly to?: string
}

export interface Newest {
  readonly entries: readonly AuditEntry[]
  /** Whether these are all. */
  readonly isWhole: boolean
}

/** The newest entries, page after page, as long as they are not very many. */
export async function readNewest(filters: AuditFilters, signal: AbortSignal): Promise<Newest> {
  const entries: AuditEntry[] = []
  let cursor: string | null = ''
  for (let page = 0; page < pagesAtOnce && cursor !== null; page++) {
    const read: ListPage<AuditEntry> = await readPage('admin/audit', filters, cursor, signal)
    entries.push(...read.items)
    cursor = read.next_cursor
  }
  return { entries, isWhole: cursor === null }
}

const pagesAtOnce = 8

/** Of whom a name, an address or an id is; undefined where that is nobody. */
export async function findUserId(name: string, signal: AbortSignal): Promise<string | undefined> {
  const { items } = await readPage<FullUser>('admin/users', { search: name }, '', signal)
  const wanted = name.toLowerCase()
  const found = items.find(
    ({ username, email }) => username.toLowerCase() === wanted || email?.toLowerCase() === wanted,
  )
  // The log outlives its users.
  return found?.id ?? (/^[0-9a-f-]{32,36}$/.test(wanted) ? name : undefined)
}

export interface Progress {
  readonly entries: number
  readonly bytes: number
}

/**
 * The log as JSON lines, all that is sealed, as it comes. What has come is handed to the browser, which may keep it
 * on disk.
 */
export async function exportAudit(
  filters: AuditFilters,
  { signal, onProgress }: { signal: AbortSignal; onProgress: (progress: Progress) => void },
): Promise<Blob> {
  const path = `admin/audit/export${queryOf(filters)}`
  const { body } = await ask('GET', path, { signal, isLong: true })
  const parts: Blob[] = []
  let progress: Progress = { entries: 0, bytes: 0 }
  let toldAt = performance.now()
  const reader = body?.getReader()
  for (let read = await reader?.read(); read?.done === false; read = await reader?.read()) {
    parts.push(new Blob([read.value]))
    progress = {
      entries: progress.entries + linesIn(read.value),
      bytes: progress.bytes + read.value.length,
    }
    if (performance.now() - toldAt < betweenProgress) continue
    // Drawn for each piece, it would keep the page from everything else.
    onProgress(progress)
    toldAt = performance.now()
  }
  onProgress(progress)
  return new Blob(parts, { type: 'application/x-ndjson' })
}

/** Milliseconds. */
const betweenProgress = 250

function linesIn(bytes: Uint8Array): number {
  let lines = 0
  for (const byte of bytes) if (byte === newline) lines += 1
  return lines
}

const newline = 0x0a
