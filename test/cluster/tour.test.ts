import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const program = join(import.meta.dirname, '../../cluster/run.mjs')

it('E10 three nodes agree, and a failover to the synchronous standby loses no refresh and fails no verification', {
  timeout: 120_000,
}, async () => {
  const args = [program, '--tour']
  // Rejects where it exits with another status than 0.
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { timeout: 110_000 })
  expect(stderr).toBe('')
  expect(stdout).toMatch(/signed out on node 3\nrefused on node 1, at once/)
  expect(stdout).toMatch(/failed over: nothing was written for \d+ ms\n/)
  expect(stdout).toMatch(/verified [1-9]\d* times meanwhile, 0 failed\n$/)
})
