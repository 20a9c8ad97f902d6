/** What the faults of nodemailer mean. What a mail server wrote is not repeated: it may hold addresses. */

import type { Delivery } from '../core/mail-delivery.js'

/** @param isWhole whether all of the message had been handed over */
export function deliveryOf(error: unknown, isWhole: boolean): Delivery {
  const { code = '', command = '', responseCode } = faultOf(error)
  const fault = explain(error)
  const isAboutIt = code === 'EENVELOPE' || code === 'EMESSAGE'
  // 421: the server is closing, and has an opinion of no mail (RFC 5321 section 3.8).
  if (isAboutIt && responseCode !== 421) {
    // Who may send is a matter of the settings, and the same for all mails.
    if (command === 'MAIL FROM' && responseCode !== undefined)
      return { outcome: 'unreachable', fault }
    const isForGood = responseCode === undefined || responseCode >= 500
    return { outcome: isForGood ? 'refused' : 'deferred', fault }
  }
  return { outcome: isWhole ? 'unanswered' : 'unreachable', fault }
}

/** A clause without an address or a secret. */
export function explain(error: unknown): string {
  const { code = '', command = '', responseCode, cause, message } = faultOf(error)
  if (responseCode !== undefined)
    return `the mail server answered ${responseCode} to ${stageOf(command)}`
  if (code === 'EENVELOPE' || code === 'EMESSAGE')
    return 'the mail server can not take this address'
  if (code === 'EABORT') return 'the mail server took too long'
  if (code === 'EAUTH') return 'the mail server offers no way to sign in with a password'
  const [why] = (cause instanceof Error ? cause.message : message).split(/\.? response=|\n/, 1)
  return `the mail server can not be used: ${why}`
}

interface SmtpFault {
  code?: string
  command?: string
  responseCode?: number
  cause?: unknown
  message: string
}

function faultOf(error: unknown): SmtpFault {
  return error instanceof Error ? error : { message: String(error) }
}

/** It may have a parameter, which is nobody's business. */
function stageOf(command: string): string {
  if (command === 'DATA') return 'the message'
  const known = ['MAIL FROM', 'RCPT TO', 'AUTH', 'STARTTLS', 'EHLO', 'HELO']
  return known.find((name) => command.startsWith(name)) ?? 'the connection'
}
