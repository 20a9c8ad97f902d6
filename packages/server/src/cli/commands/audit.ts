import { setTimeout as pause } from 'node:timers/promises'
import { Command } from 'commander'
import type { ExportOptions } from '../../core/audit/log.js'
import { auditRecord } from '../../core/audit/record.js'
import type { Latchkey } from '../../latchkey.js'
import type { Instant, UserId } from '../../store/schema.js'
import { type PointInTime, pointInTime, positive } from '../arguments.js'
import { type ExportFile, openExportFile } from '../export-file.js'
import { withLatchkey } from '../open.js'
import { type OutputOptions, print, printJson, printLine, printTable } from '../output.js'
import { Progress } from '../progress.js'
import { stopAtSignal } from '../stop-at-signal.js'

/** `latchkey audit ...` */
export function auditCommand(): Command {
  const audit = new Command('audit').description('read what has happened')
  filtered(audit.command('list'))
    .description('list entries, newest first')
    .option('--limit <number>', 'how many at most', positive, 50)
    .option('--cursor <cursor>', 'go on where an earlier list ended')
    .option('--json', 'print JSON')
    .action(list)
  filtered(audit.command('export'))
    .description('write what is sealed as JSON lines, oldest first')
    .option('--output <file>', 'append to this file, from where it ends')
    .option('--cursor <cursor>', 'go on behind the line that has this cursor')
    .option('--follow', 'wait for more, until it is stopped')
    .action(exportLines)
  return audit
}

interface FilterOptions {
  user?: string
  userId?: string
  event?: string
  since?: PointInTime
}

function filtered(command: Command): Command {
  return command
    .option('--user <name>', 'only what concerns this user')
    .option('--user-id <id>', 'the same by the id, which a user who was deleted has still')
    .option('--event <event>', 'only events of this kind, such as sign_in_failed')
    .option('--since <when>', 'from then on: 12h or 7d ago, or 2026-01-31T12:00:00Z', pointInTime)
}

async function filterOf(options: FilterOptions, { users, store }: Latchkey) {
  const { user, userId, event, since } = options
  const now = typeof since === 'object' ? await store.changes.now() : 0
  return {
    userId: user === undefined ? (userId as UserId | undefined) : (await users.get(user)).id,
    event,
    from: typeof since === 'object' ? ((now - since.ago) as Instant) : since,
  }
}

async function list(
  options: FilterOptions & OutputOptions & { limit: number; cursor?: string },
): Promise<void> {
  const { limit, cursor } = options
  const page = await withLatchkey(async (latchkey) =>
    latchkey.audit.log.list({
      limit,
      ...(cursor && { after: cursor }),
      ...(await filterOf(options, latchkey)),
    }),
  )
  const records = page.rows.map(auditRecord)
  if (options.json) {
    printJson({ items: records, next_cursor: page.next })
    return
  }
  if (records.length === 0) {
    printLine('No entries.')
    return
  }
  printTable(
    ['TIME', 'EVENT', 'USER ID', 'CLIENT', 'BY', 'ADDRESS', 'DETAIL'],
    records.map((record) => [
      record.at,
      record.event,
      record.user_id ?? '',
      record.client_id ?? '',
      record.actor,
      record.address ?? '',
      record.detail === null ? '' : JSON.stringify(record.detail),
    ]),
  )
  if (page.next !== null) printLine(`\nThere are more: add --cursor ${page.next}`)
}

interface ExportCommand extends FilterOptions {
  output?: string
  cursor?: string
  follow?: boolean
}

async function exportLines(options: ExportCommand, command: Command): Promise<void> {
  const { output, follow = false } = options
  if (output !== undefined && options.cursor !== undefined) {
    command.error('error: a file knows where it ends: leave out --output or --cursor')
  }
  const stopping = stopAtSignal()
  const sink = output === undefined ? standardOutput(options.cursor) : await openExportFile(output)
  try {
    await withLatchkey(async (latchkey) => {
      const filter = await filterOf(options, latchkey)
      const progress = new Progress(output !== undefined || !process.stdout.isTTY)
      await copy(latchkey, { ...filter, cursor: sink.cursor }, sink, { follow, stopping, progress })
      progress.clear()
    })
  } finally {
    await sink.close()
  }
}

/** Parts are whole lines: stopped between two of them, nothing is cut off. */
async function copy(
  { audit }: Latchkey,
  { cursor, ...filter }: ExportOptions,
  sink: ExportFile,
  { follow, stopping, progress }: { follow: boolean; stopping: AbortSignal; progress: Progress },
): Promise<void> {
  let [position, count] = [cursor, 0]
  do {
    for await (const part of await audit.log.export({ ...filter, cursor: position })) {
      if (part.count > 0) await sink.append(part.lines)
      position = part.cursor
      count += part.count
      progress.show(`${count} entries`)
      if (stopping.aborted) break
    }
    if (follow) await pause(betweenLooks, undefined, { signal: stopping }).catch(() => {})
  } while (follow && !stopping.aborted)
}

function standardOutput(cursor: string | undefined): ExportFile {
  return { cursor, append: print, close: async () => {} }
}

/** Milliseconds. */
const betweenLooks = 2_000
