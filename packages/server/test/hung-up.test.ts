import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, expect, it, vi } from 'vitest'
import type { Turn } from '../src/core/passwords/turn.js'
import { Refusal } from '../src/errors.js'
import { alice, testServer } from './test-server.js'

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
  const [, port = ''] = /:(\d+)$/.exec(await server.app.listen({ port: 0 })) ?? []
  const socket = connect(Number(port))
  await once(socket, 'connect')
  const body = new URLSearchParams(alice).toString()
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
