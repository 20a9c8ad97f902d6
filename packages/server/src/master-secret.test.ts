import { execFile } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { masterSecretBeside } from './master-secret.js'

const run = promisify(execFile)

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'latchkey-test-'))
  onTestFinished(() => rmSync(path, { recursive: true }))
  return path
}

describe('the master secret beside the database', () => {
  it('is made once, 32 bytes that only the owner can read', () => {
    const data = join(folder(), 'data')
    const url = `sqlite:${join(data, 'latchkey.db')}`
    const made = masterSecretBeside(url, true)
    expect(made).toHaveLength(32)
    expect(masterSecretBeside(url, false)).toEqual(made)
    expect(masterSecretBeside(url, true)).toEqual(made)
    expect(readdirSync(data)).toEqual(['secret.key'])
    expect(statSync(join(data, 'secret.key')).mode & 0o777).toBe(0o600)
    expect(statSync(data).mode & 0o777).toBe(0o700)
  })

  it('is another one for each database', () => {
    const [one, other] = [folder(), folder()].map((path) =>
      masterSecretBeside(`sqlite:${path}/latchkey.db`, true),
    )
    expect(one).not.toEqual(other)
  })

  it('is not made where keys are stored under one that is missing', () => {
    const data = folder()
    expect(() => masterSecretBeside(`sqlite:${data}/latchkey.db`, false)).toThrow(
      /secret\.key is missing.*LATCHKEY_SECRET_KEY/,
    )
    expect(existsSync(join(data, 'secret.key'))).toBe(false)
  })

  it.each([0o644, 0o640, 0o604, 0o620, 0o666])(
    'L01 is refused with mode %i, which others can read or write',
    (mode) => {
      const data = folder()
      masterSecretBeside(`sqlite:${data}/latchkey.db`, true)
      chmodSync(join(data, 'secret.key'), mode)
      expect(() => masterSecretBeside(`sqlite:${data}/latchkey.db`, false)).toThrow(/chmod 600/)
    },
  )

  it.each(['', 'too-short', 'not base64url, not hex, and longer than 32 bytes'])(
    'is refused when the file holds %j, and not shown',
    (content) => {
      const data = folder()
      writeFileSync(join(data, 'secret.key'), content, { mode: 0o600 })
      const read = () => masterSecretBeside(`sqlite:${data}/latchkey.db`, false)
      expect(read).toThrow(/secret\.key should be 32 bytes or more/)
      if (content !== '') expect(read).not.toThrow(content)
    },
  )

  it('may be put there by hand, in hex too', () => {
    const data = folder()
    writeFileSync(join(data, 'secret.key'), `${'0f'.repeat(32)}\n`, { mode: 0o600 })
    expect(masterSecretBeside(`sqlite:${data}/latchkey.db`, false)).toEqual(
      Buffer.from('0f'.repeat(32), 'hex'),
    )
  })

  it('is in memory, and no file, where the database is', () => {
    expect(masterSecretBeside('sqlite::memory:', true)).toHaveLength(32)
  })

  it('is the same for all processes that start at once', async () => {
    const url = `sqlite:${folder()}/data/latchkey.db`
    const module = new URL('../dist/master-secret.js', import.meta.url).href
    const program = `
      const { masterSecretBeside } = await import(${JSON.stringify(module)})
      process.stdout.write(Buffer.from(masterSecretBeside(${JSON.stringify(url)}, true)).toString('hex'))`
    const made = await Promise.all(
      [1, 2, 3].map(() => run(process.execPath, ['--input-type=module', '--eval', program])),
    )
    const secret = Buffer.from(masterSecretBeside(url, false)).toString('hex')
    expect(made.map(({ stdout }) => stdout)).toEqual([secret, secret, secret])
  })
})
