import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createGuard } from '@latchkey/guard'
import { expect, it, onTestFinished } from 'vitest'
import { issuer, testServer } from './test-server.js'

const guide = readFileSync(new URL('../../../docs/encryption.md', import.meta.url), 'utf8')

it('the command in docs/encryption.md makes a key file that server and guard take', async () => {
  const [, command] = /```sh\n([^`]+)```/.exec(guide) ?? []
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  execFileSync('sh', ['-c', command ?? 'false'], { cwd: folder })
  const path = join(folder, 'token-key.json')
  expect(statSync(path).mode & 0o777).toBe(0o600)

  const server = await testServer({ tokenEncryption: path })
  await server.addUser()
  const token = await server.signIn()
  expect((await server.get('/users/me', token)).statusCode).toBe(200)
  const guard = createGuard({
    jwks: (await server.app.inject('/.well-known/jwks.json')).json(),
    issuer,
    audience: issuer,
    decryptionKey: JSON.parse(readFileSync(path, 'utf8')),
  })
  await expect(guard.verify(token)).resolves.toMatchObject({ clientId: 'first-party' })
})
