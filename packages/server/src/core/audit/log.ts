import { Refusal } from '../../errors.js'
import type { AuditFilter, ChainPosition } from '../../store/audit.js'
import type { Store } from '../../store/open.js'
import type { Page } from '../../store/pages.js'
import type { KeptAuditRow } from '../../store/schema.js'
import { jsonLine } from '../json-line.js'
import { nextTurn } from '../next-turn.js'
import { beginning, chainCursor, readChainCursor } from './chain-cursor.js'
import { auditRecord } from './record.js'

/** A part of an export. */
export interface ExportedPart {
  /** Lines of JSON, one an entry, each ended; empty where nothing that was read is wanted. */
  lines: string
  /** How many. */
  count: number
  /** Where the next part begins. */
  cursor: string
}

export interface ExportOptions extends Pick<AuditFilter, 'userId' | 'event' | 'from' | 'to'> {
  /** Of the last entry that the caller has; each line has its own. */
  cursor?: string | undefined
}

/** The audit log as it is read: in pages for people, and whole for other systems. */
export class AuditLog {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  /** Newest first. @throws Refusal for a filter that would read the whole log, or a bad cursor */
  async list(page: AuditFilter & { limit: number; after?: string }): Promise<Page<KeptAuditRow>> {
    for (const [given, field] of [
      [page.sessionId, 'session_id'],
      [page.clientId, 'client_id'],
    ]) {
      if (given === undefined || page.userId !== undefined) continue
      throw new Refusal('field_unusable', {
        message: `${field} is looked for among the entries of one user: user_id is needed with it`,
        fields: ['user_id'],
      })
    }
    return this.#store.audit.list(page)
  }

  /**
   * What is sealed, in the order of the chain: whoever goes on from a cursor misses nothing and gets
   * nothing twice, whatever was written meanwhile. One page is in memory at a time.
   *
   * @throws Refusal (by rejection) for a bad cursor, before the first part
   */
  async export(options: ExportOptions): Promise<AsyncGenerator<ExportedPart, void>> {
    const start = await this.#startOf(options)
    return this.#parts(start, options)
  }

  /** A cursor wins over a time, which says from where on entries are wanted still. */
  async #startOf({ cursor, from }: ExportOptions): Promise<ChainPosition | undefined> {
    if (cursor !== undefined) return readChainCursor(cursor)
    if (from === undefined) return beginning
    const first = await this.#store.auditSeals.firstSince(from)
    return first === undefined ? undefined : { ...beginning, seal: first }
  }

  async *#parts(
    start: ChainPosition | undefined,
    options: ExportOptions,
  ): AsyncGenerator<ExportedPart, void> {
    let position = start
    while (position !== undefined) {
      await nextTurn()
      const rows: KeptAuditRow[] = await this.#store.audit.exported(position, atOnce)
      const last = rows.at(-1)
      if (last === undefined) return
      const lines = rows.filter((row) => isWanted(row, options)).map(lineOf)
      yield { lines: lines.join(''), count: lines.length, cursor: cursorOf(last) }
      position = rows.length < atOnce ? undefined : positionOf(last)
    }
  }
}

/** Entries in memory at a time. */
const atOnce = 200

function positionOf({ seal, at, id }: KeptAuditRow): ChainPosition {
  return { seal: seal ?? 0, at, id }
}

function cursorOf(row: KeptAuditRow): string {
  return chainCursor(positionOf(row))
}

function lineOf(row: KeptAuditRow): string {
  return `${jsonLine({ ...auditRecord(row), cursor: cursorOf(row) })}\n`
}

function isWanted(row: KeptAuditRow, { userId, event, from, to }: ExportOptions): boolean {
  return (
    (userId === undefined || row.user_id === userId) &&
    (event === undefined || row.event === event) &&
    (from === undefined || row.at >= from) &&
    (to === undefined || row.at < to)
  )
}
