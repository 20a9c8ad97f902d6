import { expect, it, onTestFinished } from 'vitest'
import { WriterThread } from './thread.js'
import type { WireStatement } from './writer.js'

const place = { location: '', inMemory: true }

it('sends what is ordered in one turn as one message, once the thread is at work', async () => {
  const thread = await started(`
    let messages = 0
    parentPort.on('message', (orders) => {
      if (orders === 'close') return parentPort.close()
      messages += 1
      const answers = orders.map(({ id }) => ({ id, kind: 'done', rows: [[messages]] }))
      parentPort.postMessage({ kind: 'answers', answers })
    })`)
  const units = Array.from({ length: 5 }, () => thread.write([statement(1)]))
  const messages = (await Promise.all(units)).map((answer) => 'rows' in answer && answer.rows[0])
  expect(messages).toEqual([[1], [2], [2], [2], [2]])
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

async function started(source: string): Promise<WriterThread> {
  const program = `import { parentPort } from 'node:worker_threads'
    parentPort.postMessage({ kind: 'opened' })
    ${source}`
  const url = new URL(`data:text/javascript,${encodeURIComponent(program)}`)
  const thread = await WriterThread.start(place, url)
  onTestFinished(() => thread.close())
  return thread
}

function statement(parameter: unknown): WireStatement {
  return { sql: '', parameters: [parameter], requires: undefined }
}
