import { randomUUID } from 'node:crypto'
import bcrypt from 'bcrypt'
import type { LightMyRequestResponse } from 'fastify'
import { describe, expect, it } from 'vitest'
import { databases } from './databases.js'
import { entry, user } from './store/rows.js'
import { alice, doors, sharedServer, type TestServer, testServer } from './test-server.js'

/** A user who came from elsewhere, with a hash that we did not make; null for none at all. */
async function importUser(
  { latchkey }: TestServer,
  username: string,
  hash: string | null,
): Promise<void> {
  const row = user({ username, username_key: username })
  expect(await latchkey.store.users.create(row, hash, entry())).toBe('created')
}

async function storedHash({ latchkey }: TestServer, username: string) {
  return (await latchkey.store.users.findByLogin({ usernameKey: username }))?.hash
}

for (const database of databases) {
  describe.for(doors)(`who may not sign in at POST %s on ${database.name}`, (door) => {
    it('H07 is answered alike in status, headers, body and cost, whatever the reason', async () => {
      const server = await testServer({ databaseUrl: await database.url() })
      await server.addUser()
      await server.addUser({ username: 'disabled' })
      await server.latchkey.users.setDisabled('disabled', true, { actor: 'test' })
      await importUser(server, 'hashless', null)
      await importUser(server, 'unreadable', '$unknown$abc')
      await importUser(server, 'damaged', '$argon2id$v=19$m=19456,t=2,p=1$AAAA')
      await importUser(
        server,
        'absurd',
        '$argon2id$v=19$m=9999999,t=999,p=1$c2FsdHNhbHQ$aGFzaGhhc2g',
      )
      await importUser(server, 'foreign', await bcrypt.hash('something', 4))

      const wrong = await attempt(server, door, { password: 'wrong password' })
      expect(wrong.hashes).toBe(1)
      for (const username of [
        'nobody',
        'nobody@example.com',
        'no\u0000body',
        'x'.repeat(4000),
        'disabled',
        'hashless',
        'unreadable',
        'damaged',
        'absurd',
        'foreign',
      ]) {
        const { password } = alice
        expect({ username, ...(await attempt(server, door, { username, password })) }).toEqual({
          username,
          ...wrong,
        })
      }
      for (const password of ['x'.repeat(1025), 'x'.repeat(8000), '\ud800']) {
        expect(await attempt(server, door, { password })).toEqual(wrong)
      }
    })
  })

  describe(`imported bcrypt hashes on ${database.name}`, () => {
    it('G08 verify, and are replaced by argon2id at the next sign-in', async () => {
      const passwordHash = 'argon2id'
      const server = await testServer({ databaseUrl: await database.url(), passwordHash })
      const password = 'pässword from elsewhere'
      const imported = (await bcrypt.hash(password, 4)).replace('$2b$', '$2y$')
      await importUser(server, 'carol', imported)

      expect(
        (await server.postForm('/token', { username: 'carol', password: 'x' })).statusCode,
      ).toBe(401)
      expect(await storedHash(server, 'carol')).toBe(imported)
      const token = await server.signIn({ username: 'carol', password })
      const upgraded = await storedHash(server, 'carol')
      expect(upgraded).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)

      // No change of the password: the session stands, and the new hash is kept from then on.
      expect((await server.get('/users/me', token)).statusCode).toBe(200)
      await server.signIn({ username: 'carol', password })
      expect(await storedHash(server, 'carol')).toBe(upgraded)
    })

    it('G08 never take the place of a password that was changed meanwhile', async () => {
      const server = await testServer({ databaseUrl: await database.url() })
      const { latchkey } = server
      await importUser(server, 'carol', await bcrypt.hash('an old password', 4))
      const id = (await latchkey.users.get('carol')).id
      const changed = await latchkey.passwords.hash('a new password')
      // Changed in the moment between the check of the old hash and its replacement.
      const make = latchkey.passwords.hash.bind(latchkey.passwords)
      latchkey.passwords.hash = async (password) => {
        const event = entry()
        await latchkey.store.users.replacePassword({
          userId: id,
          hash: changed,
          at: event.at,
          event,
        })
        return make(password)
      }
      await server.postForm('/token', { username: 'carol', password: 'an old password' })
      expect(await storedHash(server, 'carol')).toBe(changed)
    })

    it('G06 refuse what bcrypt would cut short', async () => {
      const server = await testServer({ databaseUrl: await database.url() })
      const long = 'a'.repeat(72)
      await importUser(server, 'carol', await bcrypt.hash(long, 4))
      const cut = await server.postForm('/token', { username: 'carol', password: `${long}b` })
      expect(cut.statusCode).toBe(401)
      expect(server.log.join('')).toContain('"event":"bcrypt_too_long"')
      await server.signIn({ username: 'carol', password: long })
      expect(await storedHash(server, 'carol')).toMatch(/^\$argon2id\$/)
    })

    it('G06 refuse $2x$', async () => {
      const server = await testServer({ databaseUrl: await database.url() })
      const hash = (await bcrypt.hash(alice.password, 4)).replace('$2b$', '$2x$')
      await importUser(server, 'carol', hash)
      const answer = await server.postForm('/token', { ...alice, username: 'carol' })
      expect(answer.statusCode).toBe(401)
      expect(server.log.join('')).toContain('"event":"hash_unreadable"')
    })
  })

  describe(`e-mail addresses on ${database.name}`, () => {
    const server = sharedServer(async () => ({ databaseUrl: await database.url() }))
    const statusOf = async (username: string, password = alice.password) =>
      (await server().postForm('/token', { username, password })).statusCode

    it('sign a user in once they are verified, and not before', async () => {
      await server().addUser({ username: 'verified', email: 'V@Example.com', emailVerified: true })
      await server().addUser({ username: 'unverified', email: 'u@example.com' })
      expect(await statusOf('V@Example.com')).toBe(200)
      expect(await statusOf('v@example.COM')).toBe(200)
      expect(await statusOf('u@example.com')).toBe(401)
      expect(await statusOf('unverified')).toBe(200)
    })

    it('sign in also where they could be no username', async () => {
      const email = 'пётр@example.com'
      await server().addUser({ username: 'peter', email, emailVerified: true })
      expect(await statusOf(email)).toBe(200)
    })

    it('may be usernames of their own users alone', async () => {
      await server().addUser({ username: 'own@example.com' })
      expect(await statusOf('OWN@example.com')).toBe(200)
      const another = { username: 'x@example.com', email: 'y@example.com' }
      await expect(server().addUser(another)).rejects.toMatchObject({ code: 'username_unusable' })
      await expect(server().addUser({ username: 'x@' })).rejects.toMatchObject({
        code: 'email_unusable',
      })
    })

    it('lead to whoever verified them, not to whoever took them for a name', async () => {
      const [squatter, owner] = ['the squatter knows', 'the owner knows']
      const email = `${randomUUID()}@example.com`
      await server().addUser({ username: email, password: squatter })
      await server().addUser({ username: 'owner', password: owner, email, emailVerified: true })
      expect(await statusOf(email, owner)).toBe(200)
      expect(await statusOf(email, squatter)).toBe(401)
    })
  })
}

async function attempt(
  server: TestServer,
  door: string,
  change: { username?: string; password?: string },
) {
  const before = server.latchkey.passwords.hashed
  const answer = await server.postForm(door, { ...alice, ...change })
  return { ...visible(answer), hashes: server.latchkey.passwords.hashed - before }
}

/** All that a caller sees, but for the date. */
function visible({ statusCode, headers: { date: _, ...headers }, body }: LightMyRequestResponse) {
  return { statusCode, headers, body }
}
