import { Command } from 'commander'
import { withLatchkey } from '../open.js'
import { isoTime, type OutputOptions, printJson, printLine, printTable } from '../output.js'

/** `latchkey key ...` */
export function keyCommand(): Command {
  const key = new Command('key').description('look at the signing keys')
  key
    .command('list')
    .description('list the keys; the one that signs is marked')
    .option('--json', 'print JSON')
    .action(list)
  return key
}

async function list(options: OutputOptions): Promise<void> {
  const keys = await withLatchkey(async (latchkey) => {
    await latchkey.keys.loadPublic()
    return latchkey.keys.list()
  })
  if (options.json) {
    const shown = keys.map(({ kid, algorithm, createdAt, signs }) => ({
      kid,
      alg: algorithm,
      created_at: isoTime(createdAt),
      signs,
    }))
    printJson({ items: shown, next_cursor: null })
    return
  }
  if (keys.length === 0) {
    printLine('No keys yet: the first start of the server makes one.')
    return
  }
  printTable(
    ['KEY ID', 'ALGORITHM', 'CREATED', ''],
    keys.map((key) => [key.kid, key.algorithm, isoTime(key.createdAt), key.signs ? 'signs' : '']),
  )
}
