import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const program = join(import.meta.dirname, '../../cluster/run.mjs')

it('E10 three nodes agree, and a failover to the synchronous standby loses no refresh and fails no verification', {
  timeout: 120_000,
}, () => {
  const args = [program, '--tour']
  const run = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 110_000 })
  expect(run.stderr).toBe('')
  expect(run.stdout).toMatch(/signed out on node 3\nrefused on node 1, at once/)
  expect(run.stdout).toMatch(/failed over: nothing was written for \d+ ms\n/)
  expect(run.stdout).toMatch(/verified [1-9]\d* times meanwhile, 0 failed\n$/)
  expect(run.status).toBe(0)
})
