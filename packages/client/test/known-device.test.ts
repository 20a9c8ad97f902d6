/** A device that is known: nobody who guesses at a password keeps its user out. */

import { expect, it } from 'vitest'
import { alice, issuer, type TestServer, testServer } from '../../server/test/test-server.js'
import { type ClientOptions, createClient, memoryStorage } from '../src/index.js'
import { InjectedFetch } from './injected-fetch.js'

async function set(options: Partial<ClientOptions> = {}) {
  const server = await testServer()
  await server.addUser()
  const { fetch } = new InjectedFetch(server)
  return { server, fetch, auth: createClient({ url: issuer, fetch, ...options }) }
}

async function guessAt(server: TestServer): Promise<void> {
  for (let times = 0; times < 11; times++) {
    await server.postForm('/token', { ...alice, password: 'not the password' })
  }
}

it('signs in after a sign-out, whoever has guessed at the password meanwhile', async () => {
  const { server, auth, fetch } = await set()
  await auth.login(alice)
  await auth.logout()
  await guessAt(server)
  await expect(createClient({ url: issuer, fetch }).login(alice)).rejects.toMatchObject({
    code: 'too_many_attempts',
    retryAfter: expect.any(Number),
  })
  await auth.login(alice)
  expect(auth.user?.username).toBe('alice')
})

it('is known to the next process by its own storage', async () => {
  const deviceStorage = memoryStorage()
  const { server, auth, fetch } = await set({ deviceStorage })
  await auth.login(alice)
  expect(await deviceStorage.read()).toMatch(/^lkd_/)
  await guessAt(server)
  await createClient({ url: issuer, fetch, deviceStorage }).login(alice)
})

it('stays known where an answer says nothing of it', async () => {
  const deviceStorage = memoryStorage()
  const { auth, fetch } = await set({ deviceStorage })
  await auth.login(alice)
  const known = await deviceStorage.read()
  const silent: typeof fetch = async (...request) => {
    const answer = await fetch(...request)
    answer.headers.delete('latchkey-device')
    return answer
  }
  await createClient({ url: issuer, fetch: silent, deviceStorage }).login(alice)
  expect(await deviceStorage.read()).toBe(known)
})

it('is known in the form with the cookie, too', async () => {
  const deviceStorage = memoryStorage()
  const { auth } = await set({ deviceStorage, cookie: true })
  await auth.login(alice)
  expect(await deviceStorage.read()).toMatch(/^lkd_/)
})

it.each([
  ['throws', { read: thrower, write: thrower }],
  ['rejects', { read: async () => thrower(), write: async () => thrower() }],
  ['holds what no header can', { read: () => 'a\r\nb: c', write: () => {} }],
])('signs in where the storage %s', async (_, deviceStorage) => {
  const { auth } = await set({ deviceStorage })
  await auth.login(alice)
  expect(auth.user?.username).toBe('alice')
})

function thrower(): never {
  throw new Error('This storage is broken')
}
