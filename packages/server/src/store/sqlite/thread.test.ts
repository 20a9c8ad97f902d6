import { expect, it, onTestFinished } from 'vitest'
import type { Place } from './connection.js'
import { WriterThread } from './thread.js'
import type { WireStatement } from './writer.js'

const place = { location: '', inMemory: true }

it('sends what is ordered while the thread is at work as one message', async () => {
  const gate = new Int32Array(new SharedArrayBuffer(4))
  const program = `
    let messages = 0
    parentPort.on('message', (orders) => {
      if (orders === 'close') return parentPort.close()
      Atomics.wait(workerData.gate, 0, 0)
      messages += 1
      const answers = orders.map(({ id }) => ({ id, kind: 'done', rows: [[messages]] }))
      parentPort.postMessage({ kind: 'answers', answers })
    })`
  const data = { ...place, gate }
  const thread = await started(program, data)
  const units = [thread.write([statement(1)]), thread.write([statement(2)])]
  await new Promise((resolve) => setImmediate(resolve))
  units.push(thread.write([statement(3)]))
  Atomics.store(gate, 0, 1)
  Atomics.notify(gate, 0)
  const messages = (await Promise.all(units)).map((answer) => 'rows' in answer && answer.rows[0])
  expect(messages).toEqual([[1], [2], [2]])
})

it('lets a unit that can not be sent fail alone', async () => {
  const thread = await started(`
    parentPort.on('message', (orders) => {
      if (orders === 'close') return parentPort.close()
      const answers = orders.map(({ id }) => ({ id, kind: 'done', rows: [] }))
      parentPort.postMessage({ kind: 'answers', answers })
    })`)
  const unsendable = () => {}
  const outcomes = await Promise.allSettled(
    [1, 2, unsendable, 4].map((parameter) => thread.write([statement(parameter)])),
  )
  expect(outcomes.map(({ status }) => status)).toEqual([
    'fulfilled',
    'fulfilled',
    'rejected',
    'fulfilled',
  ])
})

it('sends what waits before it closes', async () => {
  const thread = await started(`
    parentPort.on('message', (orders) => {
      if (orders === 'close') return parentPort.close()
      const answers = orders.map(({ id }) => ({ id, kind: 'done', rows: [] }))
      parentPort.postMessage({ kind: 'answers', answers })
    })`)
  const units = [thread.write([statement(1)]), thread.write([statement(2)])]
  await thread.close()
  expect(await Promise.all(units)).toHaveLength(2)
})

async function started(source: string, data: Place = place): Promise<WriterThread> {
  const program = `import { parentPort, workerData } from 'node:worker_threads'
    parentPort.postMessage({ kind: 'opened' })
    ${source}`
  const url = new URL(`data:text/javascript,${encodeURIComponent(program)}`)
  const thread = await WriterThread.start(data, url)
  onTestFinished(() => thread.close())
  return thread
}

function statement(parameter: unknown): WireStatement {
  return { sql: '', parameters: [parameter], requires: undefined, touchesOneAtMost: undefined }
}
