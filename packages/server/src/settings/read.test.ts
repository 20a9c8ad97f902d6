import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { type Environment, type Mode, readSettings, SettingsError } from './read.js'
import type { SettingOptions } from './settings.js'

const secretKey = '0123456789abcdef'.repeat(4)
const served = { LATCHKEY_ISSUER: 'https://auth.example.com', LATCHKEY_SECRET_KEY: secretKey }

const folder = mkdtempSync(join(tmpdir(), 'latchkey-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

function fileWith(name: string, content: string): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

/** Every fault, or none. */
function faults(mode: Mode, environment: Environment, options?: SettingOptions): string[] {
  try {
    readSettings(mode, environment, options)
    return []
  } catch (error) {
    if (error instanceof SettingsError) return [...error.faults]
    throw error
  }
}

/** The faults of one setting among settings that are right. */
function faultsOf(name: string, text: string): string[] {
  return faults('command', { [name]: text })
}

describe('the settings from the environment', () => {
  it('have defaults for all that can have one', () => {
    expect(readSettings('command', {})).toMatchObject({
      issuer: undefined,
      audience: undefined,
      host: '127.0.0.1',
      port: 8000,
      databaseUrl: 'sqlite:./data/latchkey.db',
      secretKey: undefined,
      signingAlgorithm: 'EdDSA',
      keyPublishAhead: 600,
      keyRotateEvery: 90 * 86_400,
      subject: 'id',
      scopes: new Map(),
      accessTokenTtl: 1800,
      refreshIdleTtl: 30 * 86_400,
      sessionTtl: 90 * 86_400,
      refreshGrace: 30,
      statusTtl: 5,
      firstPartyClient: true,
      passwordGrant: true,
      passwordMinLength: 8,
      logLevel: 'info',
    })
  })

  it('L01 report every fault at once, each with what it should be', () => {
    const found = faults('serve', {
      LATCHKEY_ISSUER: 'http://auth.example.com',
      LATCHKEY_PORT: '99999',
      LATCHKEY_ACCESS_TOKEN_TTL: 'soon',
      LATCHKEY_SIGNING_ALGORITHM: 'none',
      LATCHKEY_SUBJECT: '',
      LATCHKEY_SECRET_KEY: 'short',
      LATCHKEY_LOG_LVEL: 'info',
    })
    expect(found).toHaveLength(6)
    expect(found.join('\n')).toMatch(/^LATCHKEY_LOG_LVEL .*did you mean LATCHKEY_LOG_LEVEL\?$/m)
    expect(found.join('\n')).toMatch(/^LATCHKEY_ISSUER is "http:.*should be an https:/m)
    expect(found.join('\n')).toMatch(/^LATCHKEY_PORT is "99999" but should be .* 0 to 65535\.$/m)
    expect(found.join('\n')).toMatch(
      /^LATCHKEY_ACCESS_TOKEN_TTL is "soon" but should be a duration/m,
    )
    expect(found.join('\n')).toMatch(/^LATCHKEY_SIGNING_ALGORITHM is "none".*EdDSA, ES256/m)
    expect(found.join('\n')).toMatch(/^LATCHKEY_SECRET_KEY should be 32 bytes or more/m)
  })

  it('have all faults in the message of the error, a line each', () => {
    const read = () => readSettings('command', { LATCHKEY_PORT: 'x', LATCHKEY_WORKERS: '0' })
    expect(read).toThrow(/^The settings are not right:\n- LATCHKEY_PORT .*\n- LATCHKEY_WORKERS .*$/)
  })

  it.each([
    ['LATCHKEY_ISUER', 'LATCHKEY_ISSUER'],
    ['LATCHKEY_DATABASE_URI', 'LATCHKEY_DATABASE_URL'],
    ['LATCHKEY_ACCESS_TOKEN_TLL', 'LATCHKEY_ACCESS_TOKEN_TTL'],
    ['LATCHKEY_hs256_secret', 'LATCHKEY_HS256_SECRET'],
  ])('L01 do not include %s, and say that %s is', (wrong, right) => {
    expect(faultsOf(wrong, '')).toEqual([`${wrong} is not a setting; did you mean ${right}?`])
  })

  it('leave alone what other programs and this project’s tests put there', () => {
    expect(
      faults('command', {
        LATCHKEY_SERVICE_HOST: '10.0.0.1',
        LATCHKEY_SERVICE_PORT: '8000',
        LATCHKEY_SERVICE_PORT_HTTP: '8000',
        LATCHKEY_PORT: 'tcp://10.0.0.1:8000',
        LATCHKEY_PORT_8000_TCP: 'tcp://10.0.0.1:8000',
        LATCHKEY_PORT_8000_TCP_ADDR: '10.0.0.1',
        LATCHKEY_TEST_DATABASE_URL: 'x',
        LATCHKEYS: 'x',
        OTHER_LATCHKEY_ISSUER: 'x',
      }),
    ).toEqual([])
  })

  it('take the port from LATCHKEY_PORT, else from PORT, else 8000', () => {
    const port = (environment: Environment) => readSettings('command', environment).port
    expect(port({ LATCHKEY_PORT: '8001', PORT: '8002' })).toBe(8001)
    expect(port({ PORT: '8002' })).toBe(8002)
    expect(port({ LATCHKEY_PORT: '', PORT: '8002' })).toBe(8002)
    expect(port({ LATCHKEY_PORT: 'tcp://10.0.0.1:8000', PORT: '8002' })).toBe(8002)
    expect(port({ LATCHKEY_PORT: 'tcp://10.0.0.1:8000' })).toBe(8000)
    expect(port({ PORT: '' })).toBe(8000)
    expect(faults('serve', { ...served, PORT: 'x' })).toEqual([
      'PORT is "x" but should be a whole number from 0 to 65535.',
    ])
  })

  it('count as not given when they are empty', () => {
    const empty = {
      LATCHKEY_ISSUER: '',
      LATCHKEY_SECRET_KEY: '',
      LATCHKEY_SECRET_KEY_FILE: '',
      LATCHKEY_PORT: '',
      LATCHKEY_WORKERS: '',
      LATCHKEY_SCOPES: '',
    }
    expect(readSettings('command', empty)).toEqual(readSettings('command', {}))
    expect(faults('serve', { ...served, LATCHKEY_ISSUER: '' })).toEqual([
      expect.stringMatching(/^LATCHKEY_ISSUER is required/),
    ])
  })

  it.each(['LATCHKEY_AUDIENCE', 'LATCHKEY_HOST'])('L01 do not take a blank %s', (name) => {
    expect(faultsOf(name, ' ')).toEqual([`${name} is " " but should not be empty.`])
  })
})

describe('secrets from files', () => {
  const secret = 'k8v2-w5r1-q7n4-x9m3-t6b0-z1c8-h4j2'

  it('are read by the name with _FILE, without the line’s end', () => {
    const LATCHKEY_SECRET_KEY_FILE = fileWith('hex', `${secretKey}\n`)
    const LATCHKEY_HS256_SECRET_FILE = fileWith('hs256', `${secret}\r\n`)
    const LATCHKEY_DATABASE_URL_FILE = fileWith('url', 'postgres://u:p@db/latchkey\n')
    expect(
      readSettings('command', {
        LATCHKEY_SECRET_KEY_FILE,
        LATCHKEY_HS256_SECRET_FILE,
        LATCHKEY_DATABASE_URL_FILE,
      }),
    ).toMatchObject({
      secretKey: Buffer.from(secretKey, 'hex'),
      hs256Secret: secret,
      databaseUrl: 'postgres://u:p@db/latchkey',
    })
  })

  it('satisfy what is required', () => {
    const LATCHKEY_SECRET_KEY_FILE = fileWith('key', secretKey)
    expect(
      faults('serve', { LATCHKEY_ISSUER: served.LATCHKEY_ISSUER, LATCHKEY_SECRET_KEY_FILE }),
    ).toEqual([])
  })

  it('are one fault when the file can’t be read, not two', () => {
    const { LATCHKEY_ISSUER } = served
    expect(faults('serve', { LATCHKEY_ISSUER, LATCHKEY_SECRET_KEY_FILE: '/nowhere/key' })).toEqual([
      'LATCHKEY_SECRET_KEY_FILE names the file "/nowhere/key", which can\'t be read.',
    ])
    expect(faults('serve', { LATCHKEY_ISSUER, LATCHKEY_SECRET_KEY_FILE: folder })).toHaveLength(1)
  })

  it('are a fault beside the same secret given directly', () => {
    expect(
      faults('serve', { ...served, LATCHKEY_SECRET_KEY_FILE: fileWith('twice', secretKey) }),
    ).toEqual([
      'LATCHKEY_SECRET_KEY and LATCHKEY_SECRET_KEY_FILE are both given; only one can hold.',
    ])
  })

  it('are not taken for what is no secret', () => {
    expect(faultsOf('LATCHKEY_ISSUER_FILE', fileWith('issuer', 'https://a.example'))).toEqual([
      'LATCHKEY_ISSUER_FILE: only secrets come from files; give LATCHKEY_ISSUER itself.',
    ])
  })

  it.each([
    ['LATCHKEY_SECRET_KEY', 'hunter2hunter2'],
    ['LATCHKEY_HS256_SECRET', 'hunter2hunter2'],
    ['LATCHKEY_DATABASE_URL', 'mysql://root:hunter2hunter2@db/latchkey'],
    ['LATCHKEY_SMTP_URL', 'smtp://root:hunter2hunter2@mail/inbox'],
    ['LATCHKEY_SECRET_KEY_PREVIOUS', 'hunter2hunter2'],
    ['LATCHKEY_DATABASE_REPLICA_URL', 'mysql://root:hunter2hunter2@db/latchkey'],
    ['LATCHKEY_ISSUER', 'https://root:hunter2hunter2@auth.example.com'],
  ])('K01 are never in a fault: %s', (name, text) => {
    const direct = faultsOf(name, text)
    expect(direct).toHaveLength(1)
    expect(direct[0]).not.toContain('hunter2')
    expect(direct[0]).toContain(name)
    if (name === 'LATCHKEY_ISSUER') return
    const fromFile = faultsOf(`${name}_FILE`, fileWith(name, text))
    expect(fromFile).toHaveLength(1)
    expect(fromFile[0]).not.toContain('hunter2')
    expect(fromFile[0]).toContain(`${name}_FILE`)
  })
})

describe('how the server is run', () => {
  it('L01 serve needs an issuer and a master secret', () => {
    expect(faults('serve', served)).toEqual([])
    expect(faults('serve', {})).toEqual([
      expect.stringMatching(/^LATCHKEY_ISSUER is required: .*https:/),
      expect.stringMatching(/^LATCHKEY_SECRET_KEY is required: 32 bytes or more/),
    ])
  })

  it('L01 embedded in production needs the master secret, by the name that an app writes', () => {
    expect(faults('embedded', {})).toEqual([])
    expect(faults('embedded', { NODE_ENV: 'development' })).toEqual([])
    expect(faults('embedded', { NODE_ENV: 'production' })).toEqual([
      expect.stringMatching(/^secretKey is required/),
    ])
    expect(faults('embedded', { NODE_ENV: 'production', ...served })).toEqual([])
  })

  it('L01 the demo starts neither in production nor for other machines', () => {
    expect(faults('demo', {})).toEqual([])
    expect(faults('demo', { NODE_ENV: 'production' })).toEqual([
      expect.stringMatching(/NODE_ENV=production/),
    ])
    for (const host of ['0.0.0.0', '::', '192.168.0.1', 'example.com']) {
      expect(faults('demo', { LATCHKEY_HOST: host })).toEqual([
        expect.stringMatching(/^LATCHKEY_HOST is ".*loopback only\.$/),
      ])
    }
    for (const host of ['127.0.0.1', '::1', 'localhost']) {
      expect(faults('demo', { LATCHKEY_HOST: host })).toEqual([])
    }
  })

  it('commands need nothing', () => {
    expect(faults('command', {})).toEqual([])
    expect(faults('command', { NODE_ENV: 'production' })).toEqual([])
  })

  it('HS256 needs its secret in every mode', () => {
    for (const mode of ['serve', 'demo', 'command'] as const) {
      expect(faults(mode, { ...served, LATCHKEY_SIGNING_ALGORITHM: 'HS256' })).toEqual([
        expect.stringMatching(/^LATCHKEY_HS256_SECRET is required with HS256/),
      ])
    }
  })
})

describe('the options of an app that embeds', () => {
  it('are the settings in camelCase, as text, numbers or booleans', () => {
    expect(
      readSettings(
        'embedded',
        {},
        {
          databaseUrl: 'sqlite:./app.db',
          port: 9000,
          passwordMinLength: '15',
          firstPartyClient: false,
          passwordGrant: true,
          accessTokenTtl: '15m',
          hs256Secret: 'k8v2-w5r1-q7n4-x9m3-t6b0-z1c8-h4j2',
          audience: undefined,
        },
      ),
    ).toMatchObject({
      databaseUrl: 'sqlite:./app.db',
      port: 9000,
      passwordMinLength: 15,
      firstPartyClient: false,
      passwordGrant: true,
      accessTokenTtl: 900,
      audience: undefined,
    })
  })

  it('win over the environment, right or wrong', () => {
    const environment = { LATCHKEY_ISSUER: 'nonsense', LATCHKEY_SUBJECT: 'username' }
    expect(readSettings('embedded', environment, { issuer: 'https://a.example' })).toMatchObject({
      issuer: 'https://a.example',
      subject: 'username',
    })
  })

  it('may name the files of secrets', () => {
    const secretKeyFile = fileWith('option', secretKey)
    expect(readSettings('embedded', {}, { secretKeyFile }).secretKey).toEqual(
      Buffer.from(secretKey, 'hex'),
    )
    expect(faults('embedded', {}, { secretKeyFile, secretKey })).toEqual([
      'secretKey and secretKeyFile are both given; only one can hold.',
    ])
  })

  it('have faults under their own names', () => {
    expect(
      faults('embedded', {}, { issuer: 'x', port: 1.5, passwordGrant: 'maybe', subject: '' }),
    ).toEqual([
      expect.stringMatching(/^issuer is "x" but should be an https/),
      expect.stringMatching(/^port is "1.5" but should be a whole number/),
      expect.stringMatching(/^subject is "" but should be id or username/),
      expect.stringMatching(/^passwordGrant is "maybe" but should be on or off/),
    ])
  })

  it('L01 are refused when unknown, with the nearest that is known', () => {
    const options: Record<string, string> = { isuer: 'https://a.example', portFile: '/etc/passwd' }
    expect(faults('embedded', {}, options)).toEqual([
      'isuer is not a setting; did you mean issuer?',
      'portFile: only secrets come from files; give port itself.',
    ])
  })

  it('leave PORT to the app, which may mean something else by it', () => {
    expect(faults('embedded', { PORT: '/run/app.sock' })).toEqual([])
    expect(faults('embedded', { LATCHKEY_PORT: 'x' })).toHaveLength(1)
  })
})

describe('the settings of keys', () => {
  it('C06 publish a key for as long as the key set may be kept, or longer', () => {
    expect(faultsOf('LATCHKEY_KEY_PUBLISH_AHEAD', '5m')).toEqual([])
    for (const text of ['299s', '0s', '31d', 'off']) {
      expect(faultsOf('LATCHKEY_KEY_PUBLISH_AHEAD', text)).toEqual([
        expect.stringMatching(/should be a duration from 5m to 30d, /),
      ])
    }
  })

  it('replace keys as often as is said, or never', () => {
    const every = (text: string) =>
      readSettings('command', { LATCHKEY_KEY_ROTATE_EVERY: text }).keyRotateEvery
    expect([every('1d'), every('3650d'), every('off')]).toEqual([86_400, 3650 * 86_400, 'off'])
    for (const text of ['23h', 'never', '3651d']) {
      expect(faultsOf('LATCHKEY_KEY_ROTATE_EVERY', text)).toEqual([
        expect.stringMatching(/should be a duration from 1d to 3650d, .*, or off\.$/),
      ])
    }
  })

  it('take a replica of PostgreSQL only', () => {
    const replica = (LATCHKEY_DATABASE_URL: string, LATCHKEY_DATABASE_REPLICA_URL: string) =>
      faults('command', { LATCHKEY_DATABASE_URL, LATCHKEY_DATABASE_REPLICA_URL })
    const [sqlite, postgres] = ['sqlite:./a.db', 'postgres://u:hunter2@db/latchkey']
    const fault =
      'LATCHKEY_DATABASE_REPLICA_URL is for PostgreSQL: both it and LATCHKEY_DATABASE_URL should be postgres://...'
    expect(replica(postgres, postgres)).toEqual([])
    expect(replica(sqlite, postgres)).toEqual([fault])
    expect(replica(postgres, sqlite)).toEqual([fault])
  })

  it('take a previous master secret only beside the one that takes its place', () => {
    const LATCHKEY_SECRET_KEY_PREVIOUS = 'f'.repeat(64)
    expect(faults('command', { LATCHKEY_SECRET_KEY_PREVIOUS })).toEqual([
      'LATCHKEY_SECRET_KEY is required with LATCHKEY_SECRET_KEY_PREVIOUS: it takes its place.',
    ])
    expect(faults('serve', { ...served, LATCHKEY_SECRET_KEY_PREVIOUS })).toEqual([])
    expect(
      faults('serve', { LATCHKEY_ISSUER: served.LATCHKEY_ISSUER, LATCHKEY_SECRET_KEY_PREVIOUS }),
    ).toEqual([expect.stringMatching(/^LATCHKEY_SECRET_KEY is required: /)])
  })
})

describe('settings of features to come', () => {
  it.each([
    ['LATCHKEY_WEBAUTHN_RP_ID', 'example.com'],
    ['LATCHKEY_WEBAUTHN_ORIGINS', 'https://example.com'],
  ])('are refused with that reason: %s', (name, text) => {
    expect(faultsOf(name, text)).toEqual([
      expect.stringMatching(new RegExp(`^${name} belongs to .*, which this version does not have`)),
    ])
    expect(faultsOf(name, 'nonsense')).toHaveLength(1)
  })
})

describe('registration', () => {
  it('is closed unless it is opened, and open in the demo', () => {
    const modeOf = (mode: Mode, environment = {}) =>
      readSettings(mode, { ...served, ...environment }).registration
    for (const mode of ['serve', 'embedded', 'command'] as const) {
      expect(modeOf(mode)).toBe('closed')
      expect(modeOf(mode, { LATCHKEY_REGISTRATION: 'invitation' })).toBe('invitation')
    }
    expect(modeOf('demo')).toBe('open')
    expect(modeOf('demo', { LATCHKEY_REGISTRATION: 'closed' })).toBe('closed')
    expect(faultsOf('LATCHKEY_REGISTRATION', 'ajar')).toEqual([
      'LATCHKEY_REGISTRATION is "ajar" but should be open, invitation or closed.',
    ])
  })

  it('I07 gives everybody scopes that are theirs to have, and no others', () => {
    const name = 'LATCHKEY_NEW_USER_SCOPES'
    expect(readSettings('command', { [name]: ' a:read  b ' }).newUserScopes).toEqual([
      'a:read',
      'b',
    ])
    expect(faultsOf(name, 'items:read admin')).toEqual([
      `${name} has "admin", which only an admin can grant.`,
    ])
    expect(faultsOf(name, 'introspect')).toHaveLength(1)
    expect(faultsOf(name, 'sch\u00f6n')).toEqual([
      `${name} is "sch\u00f6n" but should be names of scopes, parted by spaces.`,
    ])
    const LATCHKEY_SCOPES = 'a=One'
    expect(faults('command', { LATCHKEY_SCOPES, [name]: 'a account b' })).toEqual([
      `${name} has "b", which is not among the scopes.`,
    ])
  })
})

describe('several processes', () => {
  it('are so many, or one for each core', () => {
    const workersOf = (text: string) => readSettings('command', { LATCHKEY_WORKERS: text }).workers
    expect(workersOf('')).toBe(1)
    expect(workersOf('4')).toBe(4)
    expect(workersOf('auto')).toBe(availableParallelism())
    expect(faultsOf('LATCHKEY_WORKERS', 'many')).toEqual([
      'LATCHKEY_WORKERS is "many" but should be a whole number from 1 to 256, or auto.',
    ])
  })

  it('share no database in memory, and are not an embedding app’s', () => {
    const inMemory = { LATCHKEY_WORKERS: '2', LATCHKEY_DATABASE_URL: 'sqlite::memory:' }
    expect(() => readSettings('command', inMemory)).toThrow(/can't share a database in memory/)
    expect(() => readSettings('embedded', {}, { workers: 2 })).toThrow(
      /workers is for .* a program/,
    )
    expect(readSettings('embedded', {}, { workers: 1 }).workers).toBe(1)
  })
})

describe('published secrets', () => {
  const list = new URL(
    '../../../../../shared/vectors/jwt-attacks/published-secrets.txt',
    import.meta.url,
  )

  it('C04 are refused for HS256 and as master secret, in any case and with spaces around', (test) => {
    test.skip(!existsSync(list), '../shared/vectors is not here')
    const secrets = readFileSync(list, 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => line.split('\t')[0] ?? '')
    expect(secrets.length).toBeGreaterThan(8)
    for (const secret of secrets) {
      for (const given of [secret, secret.toUpperCase(), ` ${secret} `]) {
        for (const name of ['LATCHKEY_HS256_SECRET', 'LATCHKEY_SECRET_KEY']) {
          expect(faultsOf(name, given)).toEqual([expect.stringMatching(/published/)])
        }
      }
    }
  })

  it('C04 are refused however long they are', () => {
    expect(
      faultsOf('LATCHKEY_HS256_SECRET', 'your-super-secret-key-change-this-in-production'),
    ).toEqual(['LATCHKEY_HS256_SECRET is a secret that is published and known to everybody.'])
  })
})
