import { describe, expect, it } from 'vitest'
import { mailFrom, smtpUrl } from './mail-server.js'
import { readSettings, SettingsError } from './read.js'
import { Fault } from './values.js'

describe('LATCHKEY_SMTP_URL', () => {
  it.each([
    ['smtps://mail.example.com', 'mail.example.com', 465, 'tls'],
    ['smtps://mail.example.com:4650/', 'mail.example.com', 4650, 'tls'],
    ['smtp://mail.example.com', 'mail.example.com', 587, 'starttls'],
    ['smtp://mail', 'mail', 587, 'starttls'],
    ['smtp://mail?starttls=off', 'mail', 587, 'none'],
    ['smtp://127.0.0.1:1025', '127.0.0.1', 1025, 'none'],
    ['smtp://localhost:25', 'localhost', 25, 'none'],
    ['smtp://localhost:25?starttls=on', 'localhost', 25, 'starttls'],
    ['smtp://[::1]:25', '::1', 25, 'none'],
    ['smtp://[2001:db8::1]', '2001:db8::1', 587, 'starttls'],
  ])('%s is a server', (given, host, port, encryption) => {
    expect(smtpUrl.parse(given)).toEqual({ host, port, encryption, auth: undefined })
  })

  it('has a user and a password, written as URLs have them', () => {
    expect(smtpUrl.parse('smtps://me%40example.com:p%3Ass%2F@mail.example.com')).toMatchObject({
      auth: { user: 'me@example.com', password: 'p:ss/' },
    })
    expect(smtpUrl.parse('smtp://me:secret@127.0.0.1')).toMatchObject({
      encryption: 'none',
      auth: { user: 'me', password: 'secret' },
    })
  })

  it.each([
    '',
    'mail.example.com',
    'https://mail.example.com',
    'smtp:',
    'smtp://',
    'smtps://mail.example.com/path',
    'smtps://mail.example.com#part',
    'smtps://user@mail.example.com',
    'smtps://:password@mail.example.com',
    'smtps://user:%zz@mail.example.com',
    'smtps://ma%0D%0Ail',
    'smtp://a b',
    'smtp://mail:0x19',
    'smtp://mail?starttls=maybe',
    'smtp://mail?starttls=off&starttls=on',
    'smtp://mail?tls=off',
    'smtps://mail?starttls=off',
    'smtp://user:password@mail?starttls=off',
  ])('is not %j', (given) => {
    expect(smtpUrl.parse(given)).toBeInstanceOf(Fault)
  })
})

describe('LATCHKEY_MAIL_FROM', () => {
  it.each([
    ['no-reply@example.com', undefined, 'no-reply@example.com'],
    [' no-reply@example.com ', undefined, 'no-reply@example.com'],
    ['<no-reply@example.com>', undefined, 'no-reply@example.com'],
    ['Example <no-reply@example.com>', 'Example', 'no-reply@example.com'],
    ['"Example, Inc." <a@example.com>', 'Example, Inc.', 'a@example.com'],
  ])('%s is a sender', (given, name, address) => {
    expect(mailFrom.parse(given)).toEqual({ name, address })
  })

  it.each([
    '',
    'Example',
    'Example <>',
    'a@example.com, b@example.com',
    'Example <a@example.com> more',
    'Example <a@example.com',
    'A\r\nBcc: b@example.com <a@example.com>',
    'a@example.com\r\nBcc: b@example.com',
    'A "B" <a@example.com>',
  ])('is not %j', (given) => {
    expect(mailFrom.parse(given)).toBeInstanceOf(Fault)
  })
})

it('L01 neither is enough alone', () => {
  const LATCHKEY_SMTP_URL = 'smtps://mail.example.com'
  const LATCHKEY_MAIL_FROM = 'a@example.com'
  const faultsOf = (environment: Record<string, string>) => {
    try {
      readSettings('command', environment)
      return []
    } catch (error) {
      return error instanceof SettingsError ? error.faults : [String(error)]
    }
  }
  expect(faultsOf({ LATCHKEY_SMTP_URL, LATCHKEY_MAIL_FROM })).toEqual([])
  expect(faultsOf({ LATCHKEY_SMTP_URL })).toEqual([
    'LATCHKEY_MAIL_FROM is required with LATCHKEY_SMTP_URL: the sender, such as no-reply@example.com.',
  ])
  expect(faultsOf({ LATCHKEY_MAIL_FROM })).toEqual([
    expect.stringMatching(/^LATCHKEY_SMTP_URL is required with LATCHKEY_MAIL_FROM: smtps:/),
  ])
})
