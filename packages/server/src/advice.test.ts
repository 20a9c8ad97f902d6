import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { advise, secretsInEnvironment } from './advice.js'
import { readSettings } from './settings/read.js'

const careful = {
  LATCHKEY_ISSUER: 'https://auth.example.com',
  LATCHKEY_TRUSTED_PROXIES: '1',
  LATCHKEY_PASSWORD_MIN_LENGTH: '15',
  LATCHKEY_METRICS_TOKEN: 'a-token-for-prometheus',
}

function advised(environment: Record<string, string>): string[] {
  const whole = { ...careful, ...environment }
  const found = advise(readSettings('command', whole))
  return found.map(({ detail, remedy }) => `${detail}: ${remedy}`)
}

describe('advise', () => {
  it('has nothing to say of settings that are careful', () => {
    expect(advised({})).toEqual([])
    const LATCHKEY_SECRET_KEY = randomBytes(32).toString('hex')
    expect(advised({ LATCHKEY_SECRET_KEY })).toEqual([])
  })

  it.each([
    [{ LATCHKEY_ISSUER: 'http://127.0.0.1:8000' }, /http:\/\/ address/, 'LATCHKEY_ISSUER'],
    [{ LATCHKEY_PASSWORD_MIN_LENGTH: '8' }, /as short as 8/, 'LATCHKEY_PASSWORD_MIN_LENGTH=15'],
    [{ LATCHKEY_PASSWORD_HASH: 'bcrypt:10' }, /bcrypt:10/, 'LATCHKEY_PASSWORD_HASH=argon2id'],
    [
      {
        LATCHKEY_SIGNING_ALGORITHM: 'HS256',
        LATCHKEY_HS256_SECRET: '0123456789abcdefghijklmnopqrstuv',
      },
      /can also make them/,
      'LATCHKEY_SIGNING_ALGORITHM=EdDSA',
    ],
    [
      { LATCHKEY_SECRET_KEY: '0'.repeat(64) },
      /does not look random/,
      'LATCHKEY_SECRET_KEY_PREVIOUS',
    ],
    [{ LATCHKEY_KEY_ROTATE_EVERY: 'off' }, /never changes/, 'LATCHKEY_KEY_ROTATE_EVERY=off away'],
    [{ LATCHKEY_ACCESS_TOKEN_TTL: '2h' }, /live 120 minutes/, 'LATCHKEY_ACCESS_TOKEN_TTL=30m'],
    [{ LATCHKEY_REGISTRATION: 'open' }, /no mail goes out/, 'LATCHKEY_SMTP_URL'],
    [{ LATCHKEY_FAILURES_OVERALL: 'off' }, /many names/, 'LATCHKEY_FAILURES_OVERALL=off away'],
    [{ LATCHKEY_TRUSTED_PROXIES: '0' }, /seem to be one/, 'LATCHKEY_TRUSTED_PROXIES'],
    [{ LATCHKEY_METRICS_TOKEN: '' }, /opens \/metrics/, 'LATCHKEY_METRICS_TOKEN'],
    [{ LATCHKEY_CORS_ORIGINS: '*' }, /every origin/, 'LATCHKEY_CORS_ORIGINS'],
  ] as const)('of %j says what it may lead to, and how to mend it', (environment, what, how) => {
    const sentences = advised(environment)
    expect(sentences).toEqual([expect.stringMatching(what)])
    expect(sentences[0]).toContain(how)
  })
})

describe('secretsInEnvironment', () => {
  it('names those that are no files, and shows none', () => {
    const environment = {
      LATCHKEY_SECRET_KEY: 'hunter2',
      LATCHKEY_SMTP_URL_FILE: '/run/secrets/smtp',
      LATCHKEY_DATABASE_URL: 'postgres://latchkey:hunter2@db/latchkey',
      LATCHKEY_METRICS_TOKEN: '',
    }
    expect(secretsInEnvironment(environment)).toEqual([
      'LATCHKEY_DATABASE_URL',
      'LATCHKEY_SECRET_KEY',
    ])
  })

  it('knows where a URL has no password in it', () => {
    const urls = ['sqlite:./data/latchkey.db', 'postgres://latchkey@db/latchkey']
    for (const url of urls) {
      expect(secretsInEnvironment({ LATCHKEY_DATABASE_URL: url })).toEqual([])
    }
  })
})
