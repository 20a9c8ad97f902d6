import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { addUser, password, startProgram } from './running-program.js'

const root = join(import.meta.dirname, '../../..')
const app = join(root, 'examples/fastapi-tutorial/app.js')

it('the tutorial’s application signs its users in and guards its routes', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'latchkey-example-'))
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }))
  await addUser(cwd, ['johndoe', '--scope', 'items:read'])
  await addUser(cwd, ['alice'])
  const example = await startProgram([app], { cwd, environment: { PORT: '0' } })
  const url = (path: string) => `${example.address}${path}`
  const get = (path: string, token?: string) =>
    fetch(url(path), token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } })
  const signIn = async (username: string, given = password) => {
    const body = new URLSearchParams({ username, password: given })
    const answer = await fetch(url('/token'), { method: 'POST', body })
    return { status: answer.status, body: (await answer.json()) as { access_token: string } }
  }

  const john = await signIn('johndoe')
  expect(john).toMatchObject({ status: 200, body: { token_type: 'bearer' } })
  const token = john.body.access_token
  expect(await (await get('/users/me', token)).json()).toMatchObject({
    username: 'johndoe',
    scopes: ['account', 'items:read'],
  })
  expect(await (await get('/items/', token)).json()).toEqual([{ item_id: 1, name: 'Example Item' }])
  expect(await (await get('/users/me/items/', token)).json()).toEqual([
    { item_id: 'Foo', owner: 'johndoe' },
  ])
  expect(await (await get('/')).json()).toEqual({ message: 'Hello World' })

  expect(await signIn('johndoe', 'wrong')).toMatchObject({
    status: 401,
    body: { detail: 'Incorrect username or password' },
  })
  for (const path of ['/users/me', '/users/me/items/', '/items/']) {
    expect((await get(path)).status).toBe(401)
    expect((await get(path, `${token.slice(0, -4)}AAAA`)).status).toBe(401)
  }
  const scopeless = (await signIn('alice')).body.access_token
  expect((await get('/items/', scopeless)).status).toBe(200)
  const refused = await get('/users/me/items/', scopeless)
  expect(refused.status).toBe(403)
  expect(refused.headers.get('www-authenticate')).toContain('scope="items:read"')

  expect(await example.stop()).toBe(0)
})
