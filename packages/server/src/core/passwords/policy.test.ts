import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { judgePassword } from './policy.js'

const context = { username: 'Maria.Muster', minLength: 8 }
const ok = { ok: true }

function refused(reason: RegExp) {
  return {
    ok: false,
    reason: expect.stringMatching(reason),
    advice: expect.stringMatching(/\.$/),
  }
}

describe('judgePassword', () => {
  it('G01 counts code points of the NFKC form against the least length', async () => {
    expect(await judgePassword('zq8v-k1', context)).toEqual(refused(/at least 8 characters/))
    expect(await judgePassword('zq8v-k1x', context)).toEqual(ok)
    expect(await judgePassword('🦊🐢🐇🦉🐌🐙🦀', context)).toEqual(refused(/too short/))
    expect(await judgePassword('🦊🐢🐇🦉🐌🐙🦀🐝', context)).toEqual(ok)
    expect(await judgePassword('e\u0301e\u0301e\u0301e\u0301', context)).toEqual(
      refused(/too short/),
    )
    expect(await judgePassword('zq8v-k1x', { ...context, minLength: 15 })).toEqual(refused(/15/))
  })

  it('G02 takes up to 1,024 bytes, in either form', async () => {
    expect(await judgePassword('é'.repeat(512), context)).toEqual(ok)
    expect(await judgePassword('é'.repeat(513), context)).toEqual(refused(/longer than 1024 bytes/))
    expect(await judgePassword('\u{fdfa}'.repeat(100), context)).toEqual(refused(/longer/))
    expect(await judgePassword('\u{ff41}'.repeat(400), context)).toEqual(refused(/longer/))
  })

  it.each([
    'kein wort steht hier',
    'ĸœñ…¬þ„“',
    'пароль из слов',
    '    spaces    ',
    'tab\tand\0nul',
    'aaaaaaaaaaaaaaaaaaaaaaaab',
  ])('G03 asks for no kinds of characters and takes any: %j', async (password) => {
    expect(await judgePassword(password, context)).toEqual(ok)
  })

  it('refuses lone surrogates, which have no UTF-8', async () => {
    expect(await judgePassword('zq8v-k1x\u{d800}', context)).toEqual(refused(/valid Unicode/))
    expect(await judgePassword('zq8v-k1x\u{1f98a}', context)).toEqual(ok)
  })

  it.each(['password123', 'PassWord123', 'ｐａｓｓｗｏｒｄ１２３', 'qwertyuiop', 'iloveyou1'])(
    'G04 refuses %s, which is common in any case and width',
    async (password) => {
      expect(await judgePassword(password, context)).toEqual(refused(/many people use it/))
    },
  )

  it.each(['maria.muster', 'MARIA.MUSTER', 'ｍaria.muster'])(
    'G04 refuses the username, also spelled %s',
    async (password) => {
      expect(await judgePassword(password, context)).toEqual(refused(/is the username/))
    },
  )

  it('G04 refuses the username by full case folding', async () => {
    const strasse = { username: 'hauptstraße', minLength: 8 }
    expect(await judgePassword('HAUPTSTRASSE', strasse)).toEqual(refused(/is the username/))
  })

  it('G04 refuses the name of the service', async () => {
    expect(await judgePassword('LatchKey', context)).toEqual(refused(/name of this service/))
  })

  it.each(['maria-2024!', '1234Muster', 'acme-1-acme', 'musterfrau99', 'AcmeAcme1'])(
    'G04 refuses %s, of which others know most',
    async (password) => {
      const owner = {
        ...context,
        email: 'musterfrau@mail.example',
        issuer: 'https://login.acme.example',
      }
      expect(await judgePassword(password, owner)).toEqual(refused(/little more than/))
    },
  )

  it('G04 takes such a word among enough others', async () => {
    const owner = { ...context, issuer: 'https://login.acme.example' }
    for (const password of [
      'maria sells sea shells',
      'the acme of perfection',
      'exempla trahunt',
    ]) {
      expect(await judgePassword(password, owner)).toEqual(ok)
    }
    const short = {
      username: 'al',
      email: 'al@b.cd',
      issuer: 'http://127.0.0.1:8000',
      minLength: 8,
    }
    expect(await judgePassword('al-127-b-cd', short)).toEqual(ok)
  })

  it('G04 refuses more than 3,000 of the common passwords that are long enough', async (test) => {
    const list = new URL(
      '../../../../../../shared/vectors/passwords/django-common-passwords.txt',
      import.meta.url,
    )
    test.skip(!existsSync(list), '../shared/vectors is not here')
    const long = readFileSync(list, 'utf8')
      .split('\n')
      .filter((word) => word.length >= 8)
    const judged = await Promise.all(long.map((word) => judgePassword(word, context)))
    expect(judged.filter(({ ok }) => !ok).length).toBeGreaterThan(3000)
  })
})
