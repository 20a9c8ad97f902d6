import { expect, it } from 'vitest'
import { alice, doors, testServer } from './test-server.js'

it.for(doors)('K05 a fault in a request is told to the log alone: POST %s', async (door) => {
  let isBroken = true
  const claims = () => {
    if (isBroken) throw new TypeError('canary: select * from users')
    return {}
  }
  const server = await testServer({}, undefined, undefined, claims)
  await server.addUser()

  const answer = await server.postForm(door, alice)
  expect(answer.statusCode).toBe(500)
  const body = answer.json<Record<string, string>>()
  expect(Object.keys(body).sort()).toEqual(['detail', 'error', 'error_description'])
  expect(body.error).toBe('server_error')
  expect(answer.body).not.toMatch(/canary|select|TypeError|\bat \b|\.ts|\.js|node_modules/)

  const [, id = ''] = /under (\S+)$/.exec(body.detail ?? '') ?? []
  const lines = server.log.map((line) => JSON.parse(line)).filter(({ level }) => level === 50)
  expect(lines).toEqual([
    expect.objectContaining({
      reqId: id,
      err: expect.objectContaining({
        message: expect.stringContaining('canary: select * from users'),
      }),
    }),
  ])

  isBroken = false
  expect((await server.postForm(door, alice)).statusCode).toBe(200)
})
