import type { Command } from 'commander'
import { withLatchkey } from '../open.js'
import { complain, type OutputOptions, print, printable, printJson, printLine } from '../output.js'
import { Progress } from '../progress.js'
import { nobodyReads, stopAtSignal } from '../stop-at-signal.js'
import { writeWhole } from '../whole-file.js'

/** `latchkey user export` */
export function addExportCommand(user: Command): void {
  user
    .command('export [file]')
    .description('write all users down as `user import` reads them: JSON lines, in a file or here')
    .option('--with-password-hashes', 'and what their passwords are checked by: keep it secret')
    .option('--overwrite', 'replace the file, where there is one')
    .option('--json', 'print one JSON value')
    .action(exportUsers)
}

interface ExportCommand extends OutputOptions {
  withPasswordHashes?: boolean
  overwrite?: boolean
}

async function exportUsers(
  path: string | undefined,
  options: ExportCommand,
  command: Command,
): Promise<void> {
  if (path === undefined) {
    if (options.overwrite) command.error('error: --overwrite needs the name of a file')
    await exportHere(options)
  } else await exportInto(path, options)
}

/** One JSON value is a list, which an import reads as well. */
async function exportHere({ json = false, ...options }: ExportCommand): Promise<void> {
  const [begin, between, end] = json ? ['[\n', ',\n', '\n]\n'] : ['', '\n', '\n']
  const outcome = await copy(options, {
    progress: new Progress(!process.stdout.isTTY),
    append: (lines, isFirst) => print(`${isFirst ? begin : between}${lines.join(between)}`),
  })
  if (outcome.stopped === undefined) {
    if (outcome.count > 0) await print(end)
    else if (json) printJson([])
  } else if (outcome.stopped !== nobodyReads) {
    complain(`It was stopped after ${users(outcome.count)}: run it again to have all.`)
    process.exitCode = 1
  }
}

async function exportInto(path: string, options: ExportCommand): Promise<void> {
  let count = 0
  const isWhole = await writeWhole(path, {
    overwrites: options.overwrite ?? false,
    async write(append) {
      const outcome = await copy(options, {
        progress: new Progress(),
        append: (lines) => append(lines.map((line) => `${line}\n`).join('')),
      })
      count = outcome.count
      return outcome.stopped === undefined
    },
  })
  if (!isWhole) process.exitCode = 1
  if (options.json) {
    printJson({ exported: isWhole ? count : 0, file: path, end: isWhole ? 'ended' : 'stopped' })
  } else if (isWhole) printLine(`Wrote ${users(count)} to ${printable(path)}.`)
  else complain('It was stopped, and nothing was kept: run it again.')
}

interface Copying {
  progress: Progress
  append(lines: readonly string[], isFirst: boolean): Promise<void>
}

async function copy(
  { withPasswordHashes: withHashes = false }: ExportCommand,
  { progress, append }: Copying,
): Promise<{ count: number; stopped: unknown }> {
  const stopping = stopAtSignal()
  let count = 0
  await withLatchkey(async ({ userExport }) => {
    for await (const part of userExport.parts({ withHashes, origin: { actor: 'cli' } })) {
      if (stopping.aborted) break
      await append(part.lines, count === 0)
      count += part.lines.length
      progress.show(users(count), part.share)
    }
  })
  progress.clear()
  return { count, stopped: stopping.reason }
}

function users(count: number): string {
  return count === 1 ? '1 user' : `${count} users`
}
