import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { candidateOf } from '../../packages/server/src/core/user-import/candidate.js'
import type { IncomingRecord } from '../../packages/server/src/core/user-import/incoming.js'
import { openUserFile } from '../../packages/server/src/imports/open.js'
import type { Instant } from '../../packages/server/src/store/schema.js'
import { codeBlocks } from './code-blocks.js'

it('what the documentation shows as records of users are some', async () => {
  const shown = codeBlocks()
    .filter(({ page, kind }) => page.endsWith('importing.md') && kind === 'json')
    .filter(({ text }) => 'username' in JSON.parse(text))
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'users.ndjson')
  writeFileSync(path, shown.map(({ text }) => `${JSON.stringify(JSON.parse(text))}\n`).join(''))
  const now = Date.UTC(2026, 0, 1) as Instant
  const source = await openUserFile(path, { from: 'latchkey', columns: new Map(), now })
  const records: IncomingRecord[] = []
  for await (const record of source.records()) records.push(record)
  expect(records.map((record) => 'user' in record && record.user.username)).toEqual([
    'alice',
    'Alice',
  ])
  for (const record of records) {
    if ('user' in record) expect(() => candidateOf(record.user, now, new Map())).not.toThrow()
  }
})
