/** From the outbox to a real mail server, and what arrives there. */

import { describe, expect, it } from 'vitest'
import type { MailKind, MailValues } from '../src/core/outbox.js'
import { SmtpTransport } from '../src/mail/smtp.js'
import { selfSigned } from './certificate.js'
import { mailServer } from './mail-server.js'
import { from, mailingServer, reset } from './mailing-server.js'

const never = new AbortController().signal
const letter = { id: 'one', to: 'a@example.com', subject: 'S', text: 'T', html: '<p>T</p>' }

describe('a mail', () => {
  it('arrives as text and as HTML, with headers that say what it is', async () => {
    const smtp = await mailServer()
    const server = await mailingServer(settings(smtp.port))
    const id = await server.queue('password_reset', reset)
    await server.latchkey.postman.run()
    const [mail] = smtp.accepted
    expect(mail?.from?.value).toEqual([{ name: 'Example', address: 'no-reply@example.com' }])
    expect(mail?.to).toMatchObject({ value: [{ name: '', address: 'alice@example.com' }] })
    expect(mail?.subject).toBe('Set a new password at 127.0.0.1:8000')
    expect(mail?.messageId).toBe(`<latchkey.${id}@example.com>`)
    expect(mail?.headers.get('auto-submitted')).toBe('auto-generated')
    expect(mail?.text).toContain(`\n${reset.url}\n`)
    expect(mail?.html).toContain(`<a href="${reset.url}"`)
    expect(mail?.attachments).toEqual([])
  })

  it('K01 leaves nothing of what was in it, in the outbox or the log', async () => {
    const smtp = await mailServer()
    const server = await mailingServer(settings(smtp.port))
    const id = await server.queue('password_reset', reset)
    const queued = JSON.stringify(await server.latchkey.store.mails.find(id))
    await server.latchkey.postman.run()
    expect(await server.latchkey.store.mails.find(id)).toMatchObject({
      state: 'sent',
      wrapped_values: null,
      attempts: 1,
      fault: null,
      sent_at: expect.any(Number),
    })
    expect(queued).not.toContain('token=')
    const log = server.log.join('')
    expect(log).toContain(id)
    expect(log).not.toMatch(/token=abc|alice@example\.com/)
  })

  it('goes out by itself, soon after it is written', async () => {
    let arrived = () => {}
    const arrival = new Promise<void>((resolve) => {
      arrived = resolve
    })
    const smtp = await mailServer({
      message: () => {
        arrived()
        return undefined
      },
    })
    const server = await mailingServer(settings(smtp.port))
    server.latchkey.postman.start()
    await server.queue('password_changed', { username: 'alice' })
    await arrival
    await server.latchkey.postman.run()
    expect(await server.states()).toEqual(['sent'])
    expect(smtp.accepted).toHaveLength(1)
  })

  it('shows a hostile name as what it is', async () => {
    const smtp = await mailServer()
    const server = await mailingServer(settings(smtp.port))
    const username = `<img src=x onerror="a()">'&amp;`
    await server.queue('password_reset', { ...reset, username })
    await server.queue('email_changed', { username, to: '"<b>"@example.com' })
    await server.latchkey.postman.run()
    for (const mail of smtp.accepted) {
      expect(mail.text).toContain(`“${username}”`)
      expect(mail.html).toContain('“&lt;img src=x onerror=&quot;a()&quot;&gt;&#39;&amp;amp;”')
      expect(mail.html).not.toMatch(/<img|<b>/)
    }
  })

  it('of every kind has a subject, no pictures and nothing from elsewhere', async () => {
    const smtp = await mailServer()
    const server = await mailingServer(settings(smtp.port))
    const url = 'https://auth.example.com/x#token=abc'
    const all: MailValues = {
      password_reset: { username: 'alice', url },
      email_verification: { username: 'Visit evil.example', url },
      address_known: { username: 'alice' },
      invitation: { url },
      account_created: { username: 'alice', url },
      password_changed: { username: 'alice' },
      email_changed: { username: 'alice', to: 'new@example.com' },
      account_deleted: { username: 'alice' },
    }
    const kinds = Object.keys(all) as MailKind[]
    for (const kind of kinds) await server.queue(kind, all[kind])
    await server.latchkey.postman.run()
    expect(smtp.accepted).toHaveLength(kinds.length)
    for (const { subject, text, html } of smtp.accepted) {
      expect(subject).toMatch(/^\S.* 127\.0\.0\.1:8000/)
      expect(text?.match(/https?:\S+/g) ?? []).toEqual(text?.includes('token=') ? [url] : [])
      expect(html).toMatch(/^<!doctype html>\n<html lang="en">/)
      expect(html).not.toMatch(/<(img|script|link|style|iframe)|src=|url\(/)
      // Whoever gets it may be a stranger: nobody else's words reach them.
      expect(text).not.toContain('evil')
    }
  })
})

describe('the way to the mail server', () => {
  const { certificate, key } = selfSigned('127.0.0.1')

  it('is signed in to, and nothing is sent with a wrong password', async () => {
    const smtp = await mailServer({ user: { name: 'me@example.com', password: 'p:ss/' } })
    const wrong = await mailingServer(settings(smtp.port, 'me%40example.com:hunter2@'))
    await wrong.queue('password_reset', reset)
    await wrong.latchkey.postman.run()
    expect(await wrong.states()).toEqual(['queued'])
    expect(wrong.log.join('')).toContain('the mail server answered 535 to AUTH')
    expect(wrong.log.join('')).not.toContain('hunter2')
    const right = await mailingServer(settings(smtp.port, 'me%40example.com:p%3Ass%2F@'))
    await right.queue('password_reset', reset)
    await right.latchkey.postman.run()
    expect(await right.states()).toEqual(['sent'])
  })

  it.each([
    ['smtps', { certificate, key, secure: true }, ''],
    ['smtp', { certificate, key }, '?starttls=on'],
  ])('is encrypted by %s to who has a certificate that is believed', async (scheme, tls, query) => {
    const smtp = await mailServer({ tls })
    const smtpUrl = `${scheme}://127.0.0.1:${smtp.port}${query}`
    const server = await mailingServer({ smtpUrl, mailFrom: from })
    await server.queue('password_reset', reset)
    await server.latchkey.postman.run()
    expect(await server.states()).toEqual(['queued'])
    expect(server.log.join('')).toMatch(/mails can not be sent/)
    const { smtpUrl: place, mailFrom } = server.latchkey.settings
    if (place === undefined || mailFrom === undefined) throw new Error('It is set')
    const trusting = new SmtpTransport({ server: place, from: mailFrom, ca: certificate })
    expect(await trusting.send(letter, never)).toEqual({ outcome: 'accepted' })
    trusting.close()
    expect(smtp.accepted).toHaveLength(1)
  })

  it('is not taken unencrypted where STARTTLS is missing', async () => {
    const smtp = await mailServer()
    const smtpUrl = `smtp://127.0.0.1:${smtp.port}?starttls=on`
    const server = await mailingServer({ smtpUrl, mailFrom: from })
    await server.queue('password_reset', reset)
    await server.latchkey.postman.run()
    expect(await server.states()).toEqual(['queued'])
    expect([smtp.asked, smtp.accepted]).toEqual([[], []])
  })
})

function settings(port: number, credentials = '') {
  return { smtpUrl: `smtp://${credentials}127.0.0.1:${port}`, mailFrom: from }
}
