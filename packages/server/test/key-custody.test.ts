import { randomBytes } from 'node:crypto'
import { chmod, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { databases } from './databases.js'
import { type TestServer, testServer } from './test-server.js'

for (const database of databases) {
  describe(`keys on ${database.name}`, () => {
    it('C05 are the same after a restart, and tokens of before still pass', async () => {
      const databaseUrl = await database.url()
      const first = await testServer({ databaseUrl })
      await first.addUser()
      const token = await first.signIn()
      const published = await keysOf(first)
      await first.app.close()

      const second = await testServer({ databaseUrl })
      expect(await keysOf(second)).toEqual(published)
      expect((await second.get('/users/me', token)).statusCode).toBe(200)
      expect((await second.get('/users/me', await second.signIn())).statusCode).toBe(200)
    })

    it('C05 do not open under another master secret, and the server says so', async () => {
      const databaseUrl = await database.url()
      const first = await testServer({ databaseUrl })
      await first.app.close()
      const secretKey = randomBytes(32).toString('hex')
      await expect(testServer({ databaseUrl, secretKey })).rejects.toThrow(
        'The keys in the database were stored under another master secret: give the LATCHKEY_SECRET_KEY (or the secret.key file) that belongs to this database.',
      )
    })

    it('stay published when another algorithm signs, and their tokens pass', async () => {
      const databaseUrl = await database.url()
      const first = await testServer({ databaseUrl, signingAlgorithm: 'ES256' })
      await first.addUser()
      const token = await first.signIn()
      const [old] = await keysOf(first)
      await first.app.close()

      const second = await testServer({ databaseUrl, signingAlgorithm: 'EdDSA' })
      const published = await keysOf(second)
      expect(published).toHaveLength(2)
      expect(published).toContainEqual(old)
      expect((await second.get('/users/me', token)).statusCode).toBe(200)
      expect((await second.get('/users/me', await second.signIn())).statusCode).toBe(200)
    })
  })
}

describe.skipIf(process.platform === 'win32')('the master secret beside an SQLite file', () => {
  it('L01 is made once, for its owner alone, and found again', async () => {
    const { databaseUrl, file } = await place()
    const first = await testServer({ databaseUrl, secretKey: undefined })
    const secret = await readFile(file, 'utf8')
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(Buffer.from(secret.trim(), 'base64url')).toHaveLength(32)
    const published = await keysOf(first)
    await first.app.close()

    const second = await testServer({ databaseUrl, secretKey: undefined })
    expect(await readFile(file, 'utf8')).toBe(secret)
    expect(await keysOf(second)).toEqual(published)
  })

  it.for([0o644, 0o640, 0o604, 0o660])('L01 is refused when its mode is %o', async (mode) => {
    const { databaseUrl, file } = await made()
    await chmod(file, mode)
    await expect(testServer({ databaseUrl, secretKey: undefined })).rejects.toThrow(
      `${file} can be read by others than its owner; run: chmod 600 ${file}`,
    )
  })

  it.for(['', 'too short', 'c2hvcnQ', 'secret'])(
    'L01 is refused when it holds %j',
    async (text) => {
      const { databaseUrl, file } = await made()
      await writeFile(file, text)
      await expect(testServer({ databaseUrl, secretKey: undefined })).rejects.toThrow(file)
    },
  )

  it('L01 is not made anew where keys are stored under it', async () => {
    const { databaseUrl, file } = await made()
    await rm(file)
    await expect(testServer({ databaseUrl, secretKey: undefined })).rejects.toThrow(
      `${file} is missing`,
    )
    await expect(stat(file)).rejects.toMatchObject({ code: 'ENOENT' })
  })
})

describe('a database in memory', () => {
  it('needs no master secret from anywhere', async () => {
    const server = await testServer({ secretKey: undefined })
    await server.addUser()
    expect((await server.get('/users/me', await server.signIn())).statusCode).toBe(200)
  })
})

async function place() {
  const sqlite = databases.find(({ name }) => name === 'SQLite')
  if (sqlite === undefined) throw new Error('The tests have no SQLite')
  const databaseUrl = await sqlite.url()
  return { databaseUrl, file: join(dirname(databaseUrl.slice('sqlite:'.length)), 'secret.key') }
}

/** A database with its secret and keys, closed again. */
async function made() {
  const where = await place()
  const server = await testServer({ databaseUrl: where.databaseUrl, secretKey: undefined })
  await server.app.close()
  return where
}

async function keysOf({ app }: TestServer): Promise<unknown[]> {
  return (await app.inject('/.well-known/jwks.json')).json().keys
}
