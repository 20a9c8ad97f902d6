/** `npm run cluster` as a process of its own: its tour, and what may be typed. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, it, onTestFinished } from 'vitest'
import { refresh, signIn, tokensOf } from '../sessions/requests.js'

const program = join(import.meta.dirname, '../../cluster/run.mjs')

it('E10 M05 three nodes agree, and failovers to a standby, a rebuilt one too, lose no refresh and fail no verification', {
  timeout: 240_000,
}, async () => {
  const { read, type } = startCluster()
  const tour = await read(/^Commands: /)
  expect(tour).toMatch(/signed out on node 3\nrefused on node 1, at once/)
  const [, url = ''] = /^All three are behind ([^;]+);/m.exec(tour) ?? []
  let tokens = await signIn(url)
  const goOn = async () => {
    // Asking again brings the same tokens.
    const next = async () => {
      tokens = tokensOf(await refresh(url, tokens.refreshToken))
    }
    await expect.poll(next, { timeout: 30_000 }).toBe(undefined)
  }
  const failedOver =
    /failed over: nothing was written for \d+ ms\nverified [1-9]\d* times meanwhile, 0 failed\ndone$/
  expect(await type('rebuild')).toBe('Error: There is a standby')
  expect(await type('fail over')).toMatch(failedOver)
  await goOn()
  expect(await type('fail over')).toBe('Error: There is no standby: rebuild it first')
  expect(await type('rebuild')).toBe('done')
  await goOn()
  expect(await type('fail over')).toMatch(failedOver)
  await goOn()
  expect(await type('kill 3')).toBe('done')
  expect(await type('cut')).toBe('done')
  await goOn()
  expect(await type('kill 4')).toBe('There is no command "kill 4"')
})

function startCluster() {
  const child = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  onTestFinished(async () => {
    child.kill('SIGTERM')
    await exited
  })
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  /** What it prints up to a line. */
  const read = async (last: RegExp): Promise<string> => {
    const printed: string[] = []
    for (;;) {
      const { value, done } = await lines.next()
      if (done) throw new Error(`It ended:\n${printed.join('\n')}`)
      printed.push(value)
      if (last.test(value)) return printed.join('\n')
    }
  }
  const type = (command: string) => {
    child.stdin.write(`${command}\n`)
    return read(/^(done|\w*Error|There is no|node \d listens)/)
  }
  return { read, type }
}
