/** `npm run cluster` and what may be typed, as a process of its own. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, it, onTestFinished } from 'vitest'
import { refresh, signIn, tokensOf } from '../sessions/requests.js'

const program = join(import.meta.dirname, '../../cluster/run.mjs')

it('E10 M05 a standby that was rebuilt takes over in its turn, and no refresh is lost', {
  timeout: 120_000,
}, async () => {
  const { type, url } = await startCluster()
  let tokens = await signIn(url)
  const refreshed = async () => {
    const answer = async () => refresh(url, tokens.refreshToken)
    await expect.poll(async () => (await answer()).status, { timeout: 30_000 }).toBe(200)
    tokens = tokensOf(await answer())
  }
  await refreshed()
  expect(await type('rebuild')).toBe('Error: There is a standby')
  expect(await type('fail over')).toBe('done')
  await refreshed()
  expect(await type('fail over')).toMatch(/^Error: There is no standby/)
  expect(await type('rebuild')).toBe('done')
  await refreshed()
  expect(await type('fail over')).toBe('done')
  await refreshed()
  expect(await type('kill 1')).toBe('done')
  expect(await type('cut')).toBe('done')
  await refreshed()
  expect(await type('start 1')).toMatch(/^node 1 listens on http/)
  expect(await type('kill 4')).toBe('There is no command "kill 4"')
})

/** Resolves when it takes commands. */
async function startCluster() {
  const child = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  onTestFinished(async () => {
    child.kill('SIGTERM')
    await exited
  })
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const nextLine = async () => String((await lines.next()).value)
  const until = async (pattern: RegExp) => {
    for (;;) {
      const line = await nextLine()
      const found = pattern.exec(line)
      if (found !== null || line === 'undefined') return found
    }
  }
  const [, url = ''] = (await until(/^All three are behind ([^;]+);/)) ?? []
  await until(/^Commands: /)
  const type = (command: string) => {
    child.stdin.write(`${command}\n`)
    return nextLine()
  }
  return { url, type }
}
