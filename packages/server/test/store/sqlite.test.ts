import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { DatabaseSync } from '@photostructure/sqlite'
import { describe, expect, it } from 'vitest'
import { openStore } from '../../src/store/open.js'
import { WriterThread } from '../../src/store/sqlite/thread.js'
import { newUrl } from '../databases.js'
import { entry, session, user } from './rows.js'

const unavailable = { code: 'storage_unavailable' }

describe('an SQLite file', () => {
  it('M01 is written with a log that is flushed at each commit, on each connection', async () => {
    const store = await openStore(await newUrl('SQLite'))
    const checks = await store.examine()
    const settings = (timeout: number) =>
      `journal_mode=wal synchronous=2 foreign_keys=1 busy_timeout=${timeout}`
    expect(checks).toContainEqual({
      check: 'settings of the reader',
      verdict: 'holds',
      detail: settings(1_000),
    })
    expect(checks).toContainEqual({
      check: 'settings of the writer',
      verdict: 'holds',
      detail: settings(5_000),
    })
    expect(checks.filter((check) => check.verdict !== 'holds')).toEqual([])
    await store.close()
  })

  it('takes many units into one commit', async () => {
    const url = await newUrl('SQLite')
    const store = await openStore(url)
    const before = commitsInLog(url)
    await Promise.all(Array.from({ length: 100 }, () => store.audit.append(entry())))
    const commits = commitsInLog(url) - before
    expect(commits).toBeGreaterThan(0)
    expect(commits).toBeLessThan(50)
    expect((await store.audit.list({ limit: 200 })).rows).toHaveLength(100)
    await store.close()
  })

  it('M03 loses no acknowledged write when its process is killed, and keeps no half of one', async () => {
    const url = await newUrl('SQLite')
    const owner = user()
    const first = await openStore(url)
    await first.users.create(owner, null, entry())
    await first.close()
    const acknowledged = await writeUntilKilled(url, owner.id, 200)

    const store = await openStore(url)
    for (const id of acknowledged) expect(await store.sessions.find(id)).toBeDefined()
    const integrity = (await store.examine()).find(({ check }) => check === 'integrity')
    expect(integrity).toMatchObject({ verdict: 'holds', detail: 'ok' })
    await store.close()
    const unpaired = rowsOf(
      url,
      `select id from sessions where id not in (select session_id from audit where session_id is not null)
       union all
       select session_id from audit where session_id is not null and session_id not in (select id from sessions)`,
    )
    expect(unpaired).toEqual([])
    expect(rowsOf(url, 'pragma integrity_check')).toEqual([{ integrity_check: 'ok' }])
  })

  it.skipIf(process.platform === 'win32')(
    'M07 refuses writes on a full disk, and goes on to read',
    async () => {
      const child = join(HERE, 'fill-the-disk.mjs')
      const limited = `trap '' XFSZ; ulimit -f 2000; exec "${process.execPath}" "${child}" "${await newUrl('SQLite')}"`
      const { stdout, stderr } = spawnSync('sh', ['-c', limited], { encoding: 'utf8' })
      expect(stderr).toBe('')
      const { refusal, written, readable } = JSON.parse(stdout)
      expect(refusal).toBe('storage_unavailable')
      expect(written).toBeGreaterThan(0)
      expect(readable).toBe(written)
    },
  )

  it('is made with mode 0600, its folder with 0700, whatever the umask', async () => {
    const path = join(dirname(pathOf(await newUrl('SQLite'))), 'made', 'here', 'latchkey.db')
    const umask = process.umask(0)
    const store = await openStore(`sqlite:${path}`).finally(() => process.umask(umask))
    await store.audit.append(entry())
    const modes = [dirname(path), path, `${path}-wal`, `${path}-shm`].map(modeOf)
    expect(modes).toEqual(['700', '600', '600', '600'])
    await store.close()
  })

  it.skipIf(process.platform === 'win32')('L01 is refused where everyone can read it', async () => {
    const url = await newUrl('SQLite')
    const path = pathOf(url)
    await (await openStore(url)).close()
    chmodSync(path, 0o644)
    const message = expect.stringMatching(/latchkey\.db can be read or written by everyone/)
    await expect(openStore(url)).rejects.toMatchObject({ ...unavailable, message })
    chmodSync(path, 0o640)
    await (await openStore(url)).close()
  })

  it('is refused in one sentence where its folder can not be made', async () => {
    const file = join(dirname(pathOf(await newUrl('SQLite'))), 'a-file')
    writeFileSync(file, '')
    const folder = join(file, 'folder')
    const message = `The folder ${folder} can't be made (ENOTDIR: not a directory).`
    const opening = openStore(`sqlite:${join(folder, 'latchkey.db')}`)
    await expect(opening).rejects.toMatchObject({ ...unavailable, message })
  })

  it('is refused in one sentence where there is a folder in its place', async () => {
    const folder = dirname(pathOf(await newUrl('SQLite')))
    const message = `The database file ${folder} can't be made or written (EISDIR: illegal operation on a directory).`
    await expect(openStore(`sqlite:${folder}`)).rejects.toMatchObject({ ...unavailable, message })
  })

  it('is refused in one sentence where it is something else', async () => {
    const url = await newUrl('SQLite')
    writeFileSync(pathOf(url), 'not a database, but long enough to be taken for one'.repeat(100), {
      mode: 0o600,
    })
    const message = `The database ${pathOf(url)} can't be opened: file is not a database.`
    await expect(openStore(url)).rejects.toMatchObject({ ...unavailable, message })
  })

  it('is whole without its log once the store is closed', async () => {
    const url = await newUrl('SQLite')
    const store = await openStore(url)
    const row = entry()
    await store.audit.append(row)
    await store.close()
    const alone = await newUrl('SQLite')
    writeFileSync(pathOf(alone), readFileSync(pathOf(url)), { mode: 0o600 })
    const copy = await openStore(alone)
    expect((await copy.audit.list({ limit: 2 })).rows).toEqual([{ ...row, seal: null }])
    await copy.close()
  })
})

describe('SQLite in memory', () => {
  it('is another database each time', async () => {
    const [one, other] = [await openStore('sqlite::memory:'), await openStore('sqlite::memory:')]
    await one.audit.append(entry())
    expect((await one.audit.list({ limit: 2 })).rows).toHaveLength(1)
    expect((await other.audit.list({ limit: 2 })).rows).toHaveLength(0)
    await Promise.all([one.close(), other.close()])
  })
})

describe('the writer thread', () => {
  it('K06 leaves no write without an answer when it dies, and takes none after', async () => {
    const thread = await WriterThread.start(
      { location: '', inMemory: true },
      program(`
        parentPort.postMessage({ kind: 'opened' })
        parentPort.once('message', () => process.exit(1))
      `),
    )
    const orders = await Promise.allSettled([thread.write([]), thread.write([]), thread.pragmas()])
    for (const order of orders) {
      expect(order).toMatchObject({ status: 'rejected', reason: unavailable })
    }
    await expect(thread.write([])).rejects.toMatchObject(unavailable)
    expect(() => thread.assertRunning()).toThrow()
    await thread.close()
  })

  it('says why it did not start', async () => {
    const starting = WriterThread.start({ location: '', inMemory: true }, program('throw 1'))
    await expect(starting).rejects.toMatchObject(unavailable)
  })
})

const HERE = fileURLToPath(new URL('.', import.meta.url))

function pathOf(url: string): string {
  return url.replace('sqlite:', '')
}

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8)
}

function rowsOf(url: string, query: string): unknown[] {
  const database = new DatabaseSync(pathOf(url))
  try {
    return database.prepare(query).all()
  } finally {
    database.close()
  }
}

/** Frames that end a transaction say how large the database is then; the others say 0 (fileformat2, section 4.1). */
function commitsInLog(url: string): number {
  const log = readFileSync(`${pathOf(url)}-wal`)
  const salts = log.subarray(16, 24)
  const frame = 24 + log.readUInt32BE(8)
  let commits = 0
  for (let at = 32; at + frame <= log.length; at += frame) {
    const isOfThisLog = log.subarray(at + 8, at + 16).equals(salts)
    if (isOfThisLog && log.readUInt32BE(at + 4) > 0) commits++
  }
  return commits
}

/** Kills the writing process after `count` acknowledged writes; answers the ids of all of them. */
async function writeUntilKilled(url: string, userId: string, count: number) {
  const child = spawn(process.execPath, [join(HERE, 'write-until-killed.mjs'), url, userId])
  const exited = once(child, 'exit')
  const ids: ReturnType<typeof session>['id'][] = []
  for await (const line of createInterface(child.stdout)) {
    ids.push(session(user().id, { id: line as (typeof ids)[number] }).id)
    if (ids.length === count) child.kill('SIGKILL')
  }
  await exited
  expect(ids.length).toBeGreaterThanOrEqual(count)
  return ids
}

function program(source: string): URL {
  const whole = `import { parentPort } from 'node:worker_threads'\n${source}`
  return new URL(`data:text/javascript,${encodeURIComponent(whole)}`)
}
