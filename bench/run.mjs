// `npm run bench`: measures everything side by side and prints one table. Options: --quick runs each
// measurement just long enough to see that it works; --write puts the table into docs/benchmarks.md;
// names measure only those. `million` and `users`, which make large databases first, run only when they are named.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { adapters } from './adapters.mjs'
import { newTokens, seenTokens } from './guarded-get.mjs'
import { imports } from './import.mjs'
import { million } from './million.mjs'
import { nodes } from './nodes.mjs'
import { queuedMails } from './queued-mails.mjs'
import { refreshes } from './refresh.mjs'
import { refreshStorm } from './refresh-storm.mjs'
import { remoteGuard } from './remote-guard.mjs'
import { inProject } from './server.mjs'
import { signIns } from './sign-in.mjs'
import { mixedSignInStorm, signInStorm } from './sign-in-storm.mjs'
import { start } from './start.mjs'
import { storm } from './storm.mjs'
import { table } from './table.mjs'
import { users } from './users.mjs'

const questions = {
  'seen-tokens': seenTokens,
  'new-tokens': newTokens,
  'sign-ins': signIns,
  'sign-in-storm': signInStorm,
  'mixed-sign-in-storm': mixedSignInStorm,
  storm,
  'queued-mails': queuedMails,
  refreshes,
  'refresh-storm': refreshStorm,
  'remote-guard': remoteGuard,
  import: imports,
  adapters,
  nodes,
  start,
}
const onlyNamed = { million, users }
const document = inProject('docs/benchmarks.md')
const marks = { begin: '<!-- measured: begin -->', end: '<!-- measured: end -->' }

const options = process.argv.slice(2)
const quick = options.includes('--quick')
const all = { ...questions, ...onlyNamed }
const named = options.filter((option) => option in all)
const unknown = options.find((option) => !['--quick', '--write', ...named].includes(option))

if (unknown !== undefined) {
  console.error(`${unknown} is unknown; there are --quick, --write and ${Object.keys(all)}.`)
  process.exitCode = 2
} else if (
  spawnSync(process.execPath, [inProject('scripts/bootstrap.mjs')], {
    stdio: 'inherit',
    cwd: inProject(''),
  }).status === 0
) {
  await bench()
} else {
  process.exitCode = 1
}

async function bench() {
  const figures = []
  for (const name of named.length > 0 ? named : Object.keys(questions)) {
    console.error(`measuring ${name} ...`)
    figures.push(...(await inOwnFolder((folder) => all[name]({ folder, quick }))))
  }
  const text = `${table(figures)}\n\n${circumstances()}\n`
  console.log(text)
  if (options.includes('--write')) write(text)
}

async function inOwnFolder(measure) {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-bench-'))
  try {
    return await measure(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function circumstances() {
  const [first, ...others] = cpus()
  const gigabytes = (totalmem() / 2 ** 30).toFixed(0)
  const date = new Date().toISOString().slice(0, 10)
  const length = quick ? ' A quick run, which shows that it works and no more.' : ''
  return `${date}, Node ${process.versions.node}, ${process.platform} ${process.arch}, ${others.length + 1} × ${first?.model.trim() || 'processor'}, ${gigabytes} GB.${length}`
}

function write(text) {
  const page = readFileSync(document, 'utf8')
  const [before, rest] = page.split(marks.begin)
  const [, after] = rest?.split(marks.end) ?? []
  if (after === undefined) throw new Error(`${document} has lost its marks`)
  writeFileSync(document, `${before}${marks.begin}\n\n${text}\n${marks.end}${after}`)
}
