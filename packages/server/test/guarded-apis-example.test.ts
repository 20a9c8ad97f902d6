import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { addUser, password, startProgram } from './running-program.js'

vi.setConfig({ testTimeout: 90_000 })

const examples = join(import.meta.dirname, '../../../examples')
const apis = join(examples, 'guarded-apis')

/** Serves the route handler as a framework would: it knows of the web's Request and Response only. */
const framework = `
import { serve } from '@hono/node-server'
import { GET } from './route.js'
serve({ fetch: GET, hostname: '127.0.0.1', port: 0 }, ({ port }) => console.log('http://127.0.0.1:' + port))
`

it('the examples of guarded APIs let their users in, and see them sign out', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'latchkey-example-'))
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }))
  await addUser(cwd, ['johndoe', '--scope', 'items:read'])
  await addUser(cwd, ['alice'])
  const tutorial = join(examples, 'fastapi-tutorial/app.js')
  const server = await startProgram([tutorial], { cwd, environment: { PORT: '0' } })
  const post = (path: string, fields: Record<string, string>) =>
    fetch(`${server.address}${path}`, { method: 'POST', body: new URLSearchParams(fields) })
  const signIn = async (username: string): Promise<string> => {
    const body: unknown = await (await post('/token', { username, password })).json()
    return (body as { access_token: string }).access_token
  }
  const john = await signIn('johndoe')
  const alice = await signIn('alice')

  const environment = { ISSUER: server.address, AUDIENCE: server.address, PORT: '0' }
  const programs = [
    [join(apis, 'fastify.js')],
    [join(apis, 'express.js')],
    [join(apis, 'hono.js')],
    ['--input-type=module', '--eval', framework],
  ]
  const running = await Promise.all(
    programs.map((args) => startProgram(args, { cwd: apis, environment })),
  )
  const get = (url: string, token?: string) =>
    fetch(url, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } })

  for (const { address } of running) {
    const items = `${address}/items`
    const answer = await get(items, john)
    expect([answer.status, await answer.json()]).toEqual([
      200,
      [{ item_id: 'Foo', owner: 'johndoe' }],
    ])
    expect((await get(items)).headers.get('www-authenticate')).toBe('Bearer')
    expect((await get(items, `${john.slice(0, -4)}AAAA`)).status).toBe(401)
    const refused = await get(items, alice)
    expect([refused.status, await refused.json()]).toEqual([
      403,
      expect.objectContaining({ detail: 'This needs the scope items:read' }),
    ])
  }
  for (const { address } of running.slice(0, 3)) {
    expect(await (await get(address)).json()).toEqual({ you: 'anybody' })
    expect(await (await get(address, alice)).json()).toEqual({ you: 'alice' })
    expect((await get(address, 'x')).status).toBe(401)
  }

  expect((await post('/revoke', { token: john })).status).toBe(200)
  for (const { address } of running) {
    await vi.waitFor(async () => expect((await get(`${address}/items`, john)).status).toBe(401), {
      timeout: 30_000,
      interval: 100,
    })
  }
})
