import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach, expect, it, vi } from 'vitest'
import type { Turn } from '../src/core/passwords/turn.js'
import { Refusal } from '../src/errors.js'
import { alice, type TestServer, testServer } from './test-server.js'

afterEach(() => vi.restoreAllMocks())

it('J03 knows when a caller who waits for a hash has hung up, and not before', async () => {
  const server = await testServer()
  await server.addUser()
  const turn = new Promise<Turn | undefined>((resolve) => {
    vi.spyOn(server.latchkey.hashPool, 'run').mockImplementationOnce((_task, _memory, turn) => {
      resolve(turn)
      return new Promise((_, reject) => {
        turn?.signal?.addEventListener('abort', () => reject(new Refusal('caller_gone')))
      })
    })
  })
  const socket = await asking(server, alice)
  const { network, name, signal } = (await turn) ?? {}
  expect([network, name]).toEqual(['127.0.0.1', 'alice'])
  // Another's whole request: the first has been read to its end by then.
  expect((await server.postForm('/token', alice)).statusCode).toBe(200)
  expect(signal?.aborted).toBe(false)
  const hungUp = signal && once(signal, 'abort')
  socket.destroy()
  await hungUp
  expect(signal?.aborted).toBe(true)
})

it.each([
  ['H02 counts the guess of who hangs up while it is hashed', true, 9],
  ['counts nothing of who hangs up before that', false, 10],
])('%s', async (_, isHashed, more) => {
  const server = await testServer({ failuresOverall: 'off' })
  await server.addUser()
  const wrong = { ...alice, password: 'not the password' }
  const { hashPool } = server.latchkey
  const run = hashPool.run.bind(hashPool)
  const over = new Promise<void>((resolve) => {
    vi.spyOn(hashPool, 'run').mockImplementationOnce(async (task, memory, turn) => {
      const { socket } = await asked
      if (turn?.signal) await Promise.all([once(turn.signal, 'abort'), socket.destroy()])
      setImmediate(resolve)
      if (isHashed) return run(task, memory)
      throw new Refusal('caller_gone')
    })
  })
  const asked = asking(server, wrong).then((socket) => ({ socket }))
  await over
  for (let times = 0; times < more; times++) {
    expect((await server.postForm('/token', wrong)).statusCode).toBe(401)
  }
  expect((await server.postForm('/token', wrong)).statusCode).toBe(429)
})

/** Listens, and sends a whole request. */
async function asking(server: TestServer, fields: Record<string, string>): Promise<Socket> {
  const [, port = ''] = /:(\d+)$/.exec(await server.app.listen({ port: 0 })) ?? []
  const socket = connect(Number(port))
  await once(socket, 'connect')
  const body = new URLSearchParams(fields).toString()
  socket.write(
    [
      'POST /token HTTP/1.1',
      'host: 127.0.0.1',
      'content-type: application/x-www-form-urlencoded',
      `content-length: ${body.length}`,
      '',
      body,
    ].join('\r\n'),
  )
  return socket
}
