import { describe, expect, expectTypeOf, it } from 'vitest'
import type { HashChoice } from '../core/passwords/hash-choice.js'
import { readSettings } from './read.js'
import { environmentName, type Settings, settingKeys, settings } from './settings.js'
import { Fault, type Seconds } from './values.js'

describe('the table of settings', () => {
  it('has every setting of the contract', () => {
    const promised = `ISSUER AUDIENCE HOST PORT DATABASE_URL DATABASE_REPLICA_URL SECRET_KEY
      SECRET_KEY_PREVIOUS SIGNING_ALGORITHM HS256_SECRET KEY_PUBLISH_AHEAD SUBJECT SCOPES
      ACCESS_TOKEN_TTL REFRESH_IDLE_TTL SESSION_TTL REFRESH_GRACE STATUS_TTL TOKEN_ENCRYPTION
      REGISTRATION FIRST_PARTY_CLIENT PASSWORD_GRANT WEB_CLIENT PASSWORD_MIN_LENGTH PASSWORD_HASH
      WEBAUTHN_RP_ID WEBAUTHN_ORIGINS SMTP_URL MAIL_FROM TRUSTED_PROXIES CORS_ORIGINS WORKERS
      LOG_LEVEL`
    const names = promised.split(/\s+/).map((name) => `LATCHKEY_${name}`)
    expect(settingKeys.map(environmentName)).toEqual(expect.arrayContaining(names))
  })

  it('has defaults that it would take if they were given', () => {
    for (const key of settingKeys) {
      const { fallback, value } = settings[key]
      if (fallback !== undefined) expect(value.parse(fallback)).not.toBeInstanceOf(Fault)
    }
  })

  it('explains each', () => {
    for (const key of settingKeys) expect(settings[key].help).toMatch(/^[A-Z`].{9,}\.$/s)
  })

  it('is read into values of these types', () => {
    const read = readSettings('command', {})
    expectTypeOf(read).toEqualTypeOf<Settings>()
    expectTypeOf<Settings['accessTokenTtl']>().toEqualTypeOf<Seconds>()
    expectTypeOf<Settings['issuer']>().toEqualTypeOf<string | undefined>()
    expectTypeOf<Settings['secretKey']>().toEqualTypeOf<Uint8Array | undefined>()
    expectTypeOf<Settings['port']>().toEqualTypeOf<number>()
    expectTypeOf<Settings['subject']>().toEqualTypeOf<'id' | 'username'>()
    expectTypeOf<Settings['registration']>().toEqualTypeOf<'open' | 'invitation' | 'closed'>()
    expectTypeOf<Settings['passwordGrant']>().toEqualTypeOf<boolean>()
    expectTypeOf<Settings['passwordHash']>().toEqualTypeOf<HashChoice>()
    expectTypeOf<Settings['scopes']>().toEqualTypeOf<ReadonlyMap<string, string>>()
    expectTypeOf<keyof Settings>().not.toEqualTypeOf<string>()
  })
})
