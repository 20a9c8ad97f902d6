import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { HashTask } from '../src/core/passwords/hash-pool.js'
import { databases } from './databases.js'
import { importedHashes, importedPassword } from './imported-hashes.js'
import { entry, user } from './store/rows.js'
import { doors, type TestServer, testServer } from './test-server.js'

const bcryptHash = importedHashes.bcrypt ?? ''
const phpassHash = importedHashes.phpass ?? ''

/** Someone who was brought along, with a hash that we did not make; null for none at all. */
async function bring({ latchkey }: TestServer, username: string, hash: string | null) {
  const row = user({ username, username_key: username })
  expect(await latchkey.store.users.create(row, hash, entry())).toBe('created')
}

async function storedHash({ latchkey }: TestServer, username: string) {
  return (await latchkey.store.users.findByLogin({ usernameKey: username }))?.hash
}

async function signIn(server: TestServer, username: string, password: string, door = '/token') {
  return (await server.postForm(door, { username, password })).statusCode
}

/** The formats that hashes are checked in while something happens. */
function checkedBy({ latchkey }: TestServer) {
  const checked: string[] = []
  const run = latchkey.hashPool.run.bind(latchkey.hashPool)
  const spy = vi.spyOn(latchkey.hashPool, 'run').mockImplementation((task: HashTask, memory) => {
    if (task.do === 'verify') checked.push(task.format)
    return run(task, memory)
  })
  onTestFinished(() => spy.mockRestore())
  return async (work: () => Promise<unknown>): Promise<string[]> => {
    checked.length = 0
    await work()
    return [...checked]
  }
}

for (const database of databases) {
  describe(`hashes that people bring along, on ${database.name}`, () => {
    it('G08 sign them in, whatever the format, and are replaced by ours then', async () => {
      const server = await testServer({ databaseUrl: await database.url() })
      for (const [name, hash] of Object.entries(importedHashes)) {
        await bring(server, name, hash)
        expect([name, await signIn(server, name, `${importedPassword} `)]).toEqual([name, 401])
        expect(await storedHash(server, name)).toBe(hash)
        expect([name, await signIn(server, name, importedPassword)]).toEqual([name, 200])
        const ours = await storedHash(server, name)
        expect(ours).toMatch(/^\$argon2id\$v=19\$m=8,t=1,p=1\$/)
        expect([name, await signIn(server, name, importedPassword)]).toEqual([name, 200])
        expect(await storedHash(server, name)).toBe(ours)
      }
    })

    it('G03 are tried with the text as it was sent, and with its NFKC form', async () => {
      const server = await testServer({ databaseUrl: await database.url() })
      // crypt(3) of "café", composed.
      const composed = '$1$s$IcDKT4fQj/yno/mbVWm4B1'
      await bring(server, 'composed', composed)
      await bring(server, 'strict', composed)
      expect(await signIn(server, 'strict', 'cafe')).toBe(401)
      expect(await signIn(server, 'composed', 'cafe\u0301')).toBe(200)
      expect(await signIn(server, 'strict', 'caf\u00e9')).toBe(200)
    })

    it('G10 fail closed where they can not be read, and tell the operator', async () => {
      const server = await testServer({ databaseUrl: await database.url() })
      for (const [index, hash] of [
        '',
        '$scrypt$ln=31,r=8,p=1$c2FsdA$d9ZXYjhleyA7GcpCwYoEl/FrSETjB0ro39/6P+3iFEI',
        '$argon2id$v=19$m=4194304,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
        `$pbkdf2-sha256$${2 ** 31}$c2FsdA$hsYF68OiOUPdDZ1Fg.fJPeq1h/gXXY7acBp9/6c.tmQ`,
        `$6$rounds=999999999$salt$${'.'.repeat(86)}`,
        phpassHash.slice(0, -1),
        '$2x$05$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3e',
        '$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7',
      ].entries()) {
        await bring(server, `user${index}`, hash)
        server.log.length = 0
        expect([hash, await signIn(server, `user${index}`, importedPassword)]).toEqual([hash, 401])
        const lines = server.log.filter((line) => line.includes('"event":"hash_unreadable"'))
        expect(lines).toHaveLength(1)
        if (hash !== '') expect(server.log.join('')).not.toContain(hash)
      }
    })
  })

  describe(`names that nobody has, on ${database.name}`, () => {
    it('H07 cost what the hashes that are stored cost, each its own and always the same', async () => {
      const databaseUrl = await database.url()
      const server = await testServer({ databaseUrl })
      const other = await testServer({ databaseUrl })
      const ours = await server.latchkey.passwords.hash('ours')
      for (let index = 0; index < 20; index += 1) {
        await bring(server, `bcrypt${index}`, bcryptHash)
        await bring(server, `phpass${index}`, phpassHash)
        await bring(server, `ours${index}`, ours)
      }
      const checked = checkedBy(server)
      const seen: string[] = []
      for (let index = 0; index < 60; index += 1) {
        const name = `nobody${index}`
        const format = await checked(() => signIn(server, name, 'wrong'))
        expect(format).toHaveLength(1)
        seen.push(...format)
        if (index >= 12) continue
        expect(await checked(() => signIn(server, name.toUpperCase(), 'wrong'))).toEqual(format)
        expect(await checked(() => signIn(server, name, 'x'.repeat(1025)))).toEqual(format)
        expect(await checked(() => signIn(server, name, 'x'.repeat(73)))).toEqual(format)
        // The shared pool is that of the other server, too.
        expect(await checked(() => signIn(other, name, 'wrong'))).toEqual(format)
        expect(await checked(() => signIn(server, name, 'cafe\u0301'))).toEqual([
          ...format,
          ...format,
        ])
      }
      // A third of them each; one in a million times there are fewer than these.
      for (const format of ['bcrypt', 'phpass', 'argon2id']) {
        expect(seen.filter((one) => one === format).length).toBeGreaterThan(2)
      }
    })

    it.each(doors)('H07 cost at %s what their bearer costs, before and after', async (door) => {
      const server = await testServer({ databaseUrl: await database.url() })
      const checked = checkedBy(server)
      const at = (name: string, password: string) => () => signIn(server, name, password, door)
      expect(await checked(at('nobody', 'wrong'))).toEqual(['argon2id'])
      await bring(server, 'carol', phpassHash)
      await bring(server, 'hashless', null)
      for (const name of ['nobody', 'nobody@example.com', 'no\u0000body', 'hashless', 'carol']) {
        for (const password of ['wrong', 'x'.repeat(73), 'x'.repeat(1025), '\ud800']) {
          expect([name, await checked(at(name, password))]).toEqual([name, ['phpass']])
        }
      }
      expect(await signIn(server, 'carol', importedPassword, door)).toBe(200)
      for (const name of ['nobody', 'hashless', 'carol']) {
        expect(await checked(at(name, 'wrong'))).toEqual(['argon2id'])
      }
    })

    it('H07 are let in by nobody else’s password, whose hash they cost', async () => {
      const server = await testServer({ databaseUrl: await database.url() })
      await bring(server, 'carol', phpassHash)
      await bring(server, 'hashless', null)
      for (const name of ['nobody', 'hashless']) {
        expect(await signIn(server, name, importedPassword)).toBe(401)
      }
      expect(await storedHash(server, 'carol')).toBe(phpassHash)
    })

    it('H07 cost what ours do where the hash that they go with can not be read', async () => {
      const server = await testServer({ databaseUrl: await database.url() })
      await bring(server, 'damaged', '$unknown$')
      const checked = checkedBy(server)
      expect(await checked(() => signIn(server, 'nobody', 'wrong'))).toEqual(['argon2id'])
      expect(await checked(() => signIn(server, 'damaged', 'wrong'))).toEqual(['argon2id'])
    })
  })
}
