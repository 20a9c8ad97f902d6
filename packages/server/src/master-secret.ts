import { randomBytes } from 'node:crypto'
import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { KeyWrap } from './core/key-wrap.js'
import type { Settings } from './settings/settings.js'
import { secretKey } from './settings/values.js'

/** The master secret is read, or made, when a key first needs it, and then kept. */
export function keyWrap(settings: Settings): (mayMake: boolean) => KeyWrap {
  const { secretKey, secretKeyPrevious, databaseUrl } = settings
  let wrap: KeyWrap | undefined
  return (mayMake) => {
    wrap ??= new KeyWrap(secretKey ?? masterSecretBeside(databaseUrl, mayMake), secretKeyPrevious)
    return wrap
  }
}

/**
 * The master secret that was not given: kept as `secret.key` beside the database, made on the
 * first start (checklist L01). One in memory where the database is in memory, too.
 *
 * @param mayMake false where keys are stored under it already, which another secret can't open
 * @throws Error if the file is missing and may not be made, can be read by others, or holds no secret
 */
export function masterSecretBeside(databaseUrl: string, mayMake: boolean): Uint8Array {
  const file = fileBeside(databaseUrl)
  if (file === undefined) return randomBytes(32)
  if (!existsSync(file)) {
    if (!mayMake) {
      throw new Error(
        `${file} is missing, and the database's signing keys are stored under the secret in it: put it back, or give it as LATCHKEY_SECRET_KEY.`,
      )
    }
    makeSecret(file)
  }
  return readSecret(file)
}

/** Whole or not at all, and by one of several processes that start at once: a link never replaces a file. */
function makeSecret(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  // Flushed, or a power cut could leave keys in the database and nothing to open them with.
  const secret = `${randomBytes(32).toString('base64url')}\n`
  writeFileSync(draft, secret, { mode: 0o600, flag: 'wx', flush: true })
  try {
    linkSync(draft, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    unlinkSync(draft)
  }
}

function fileBeside(databaseUrl: string): string | undefined {
  const path = /^sqlite:(.+)$/.exec(databaseUrl)?.[1]
  if (path === ':memory:') return undefined
  return join(path === undefined ? './data' : dirname(path), 'secret.key')
}

function readSecret(file: string): Uint8Array {
  if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0) {
    throw new Error(`${file} can be read by others than its owner; run: chmod 600 ${file}`)
  }
  const secret = secretKey.parse(readFileSync(file, 'utf8').trim())
  if (secret instanceof Uint8Array) return secret
  throw new Error(`${file} ${secret.text}`)
}
