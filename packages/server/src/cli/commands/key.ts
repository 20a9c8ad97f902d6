import { Command } from 'commander'
import type { JudgedKey } from '../../core/key-ring.js'
import type { Rotation } from '../../core/key-rotation.js'
import { keyRecord } from '../../core/keys.js'
import { withLatchkey } from '../open.js'
import { isoTime, type OutputOptions, printJson, printLine, printTable } from '../output.js'

const cli = { actor: 'cli' }

/** `latchkey key ...` */
export function keyCommand(): Command {
  const key = new Command('key').description('look at the signing keys and change them')
  key
    .command('list')
    .description('list the keys, in the order in which they sign')
    .option('--json', 'print JSON')
    .action(list)
  key
    .command('rotate')
    .description('publish the next key, which signs when everybody has had time to see it')
    .option('--now', 'let the next key sign in a moment, whoever has seen it')
    .option('--json', 'print JSON')
    .action(rotate)
  key
    .command('retire <kid>')
    .description('refuse all tokens of a key that is in somebody else’s hands')
    .option('--now', 'needed: its tokens are refused at once, good ones too')
    .option('--json', 'print JSON')
    .action(retire)
  return key
}

interface ChangeOptions extends OutputOptions {
  now?: boolean
}

async function list({ json }: OutputOptions): Promise<void> {
  const { keys, isShared } = await withLatchkey(async (latchkey) => {
    await latchkey.keys.loadPublic()
    return { keys: latchkey.keys.ring.keys, isShared: latchkey.keys.isShared }
  })
  if (json) printJson({ items: keys.map(keyRecord), next_cursor: null })
  else if (isShared) printLine('With HS256 there are no keys: its secret is a setting.')
  else if (keys.length === 0) printLine('No keys yet: the first start of the server makes one.')
  else {
    printTable(
      ['KEY ID', 'ALGORITHM', 'CREATED', 'STATE'],
      keys.map((key) => [
        key.row.kid,
        key.row.algorithm,
        isoTime(key.row.created_at),
        stateOf(key),
      ]),
    )
  }
}

function stateOf({ row, state, verifiesUntil }: JudgedKey): string {
  switch (state) {
    case 'pending':
      return `pending, signs from ${isoTime(row.signs_from)}`
    case 'verifying':
      return verifiesUntil === undefined ? state : `verifying until ${isoTime(verifiesUntil)}`
    default:
      return state
  }
}

async function rotate({ now, json }: ChangeOptions): Promise<void> {
  const rotation = await withLatchkey(({ keyRotation }) => keyRotation.rotate(now === true, cli))
  const { outcome, key } = rotation
  if (json) printJson({ outcome, key: keyRecord(key) })
  else printLine(sentences[outcome](key.row.kid, isoTime(key.row.signs_from)))
}

/** Only where a secret signs until then does the next one wait. */
function turnOf({ state, row }: JudgedKey): string {
  return state === 'pending' ? `signs from ${isoTime(row.signs_from)}` : 'signs'
}

const sentences: Readonly<Record<Rotation['outcome'], (kid: string, from: string) => string>> = {
  made: (kid, from) => `Published ${kid}: it signs from ${from}.`,
  promoted: (kid, from) => `${kid}, which was waiting, signs from ${from}.`,
  waiting: (kid, from) => `${kid} is waiting already, and signs from ${from}: nothing done.`,
}

async function retire(kid: string, { now, json }: ChangeOptions, command: Command): Promise<void> {
  if (now !== true) {
    command.error(
      'error: retiring a key refuses all its tokens, and is done at once: add --now if you mean it. To replace a key that nobody has stolen, use `latchkey key rotate`, which refuses no token.',
    )
  }
  const signing = await withLatchkey(({ keyRotation }) => keyRotation.retire(kid, cli))
  if (json) printJson({ retired: kid, signing: keyRecord(signing) })
  else printLine(`Retired ${kid}: its tokens are refused. ${signing.row.kid} ${turnOf(signing)}.`)
}
