import { describe, expect, it } from 'vitest'
import { deliveryOf, explain } from './smtp-faults.js'

/** As nodemailer makes them. */
function fault(message: string, fields: object = {}): Error {
  return Object.assign(new Error(message), fields)
}

describe('what a mail server refuses', () => {
  it.each([
    ['EENVELOPE', 'RCPT TO', 550, 'refused'],
    ['EENVELOPE', 'RCPT TO', 450, 'deferred'],
    ['EENVELOPE', 'DATA', 554, 'refused'],
    ['EMESSAGE', 'DATA', 452, 'deferred'],
    // The server is closing: it says nothing of this mail.
    ['EENVELOPE', 'RCPT TO', 421, 'unreachable'],
    ['EENVELOPE', 'MAIL FROM', 451, 'unreachable'],
    ['EAUTH', 'AUTH PLAIN', 535, 'unreachable'],
    ['ECONNECTION', 'CONN', undefined, 'unreachable'],
  ])('%s at %s with %s is %s', (code, command, responseCode, outcome) => {
    const error = fault('No', { code, command, ...(responseCode && { responseCode }) })
    expect(deliveryOf(error, false).outcome).toBe(outcome)
  })

  it('after the whole message is known where it was answered, and not where it was lost', () => {
    const lost = fault('Connection closed unexpectedly', { code: 'ECONNECTION', command: 'CONN' })
    const answered = fault('No', { code: 'EMESSAGE', command: 'DATA', responseCode: 550 })
    expect(deliveryOf(lost, true).outcome).toBe('unanswered')
    expect(deliveryOf(answered, true).outcome).toBe('refused')
  })
})

it('K01 a mail server’s words are not repeated, whatever went wrong', () => {
  const said = 'bob@example.com token=abc'
  for (const error of [
    fault(`No: 550 ${said}`, { code: 'EENVELOPE', command: 'RCPT TO', responseCode: 550 }),
    fault(`Invalid greeting. response=${said}`, { code: 'EPROTOCOL', command: 'CONN' }),
    fault(`Invalid recipient "${said}"`, { code: 'EENVELOPE', command: 'API' }),
    fault(`No`, { code: 'EAUTH', command: `AUTH PLAIN ${said}`, responseCode: 535 }),
    fault(`Closed\n${said}`, { code: 'ESOCKET', command: 'CONN' }),
  ]) {
    expect(explain(error)).not.toMatch(/bob|token/)
    expect(explain(error)).toMatch(/^the mail server /)
  }
  expect(explain('no error')).toBe('the mail server can not be used: no error')
})
