/** Hands mails to a mail server. nodemailer is loaded with the first of them: most starts need none. */

import type { Readable } from 'node:stream'
import type { Transporter } from 'nodemailer'
import type { Letter } from '../core/letters.js'
import type { Delivery } from '../core/mail-delivery.js'
import type { MailTransport } from '../core/postman.js'
import type { Sender, SmtpServer } from '../settings/mail-server.js'
import { deliveryOf, explain } from './smtp-faults.js'

export interface SmtpOptions {
  server: SmtpServer
  from: Sender
  /** Certificates to believe, in place of the machine's; for tests. */
  ca?: string
  /** Milliseconds in which a mail is to be handed over; less in tests. */
  patience?: number
}

export class SmtpTransport implements MailTransport {
  readonly #options: SmtpOptions
  #transporter: Promise<Transporter> | undefined
  /** The Message-IDs of those that have been handed over to their last byte, and are not answered. */
  readonly #whole = new Set<string>()

  constructor(options: SmtpOptions) {
    this.#options = options
  }

  async send(letter: Letter, signal: AbortSignal): Promise<Delivery> {
    const { patience = usualPatience } = this.#options
    const message = messageOf(letter, this.#options.from)
    try {
      const transporter = await this.#open()
      await transporter.sendMail({
        ...message,
        signal: AbortSignal.any([signal, AbortSignal.timeout(patience)]),
      })
      return { outcome: 'accepted' }
    } catch (error) {
      return deliveryOf(error, this.#whole.has(message.messageId))
    } finally {
      this.#whole.delete(message.messageId)
    }
  }

  async verify(): Promise<void> {
    const transporter = await this.#open()
    try {
      await transporter.verify()
    } catch (error) {
      throw new Error(explain(error), { cause: error })
    }
  }

  close(): void {
    this.#transporter?.then((transporter) => transporter.close()).catch(() => {})
  }

  #open(): Promise<Transporter> {
    this.#transporter ??= openTransporter(this.#options, this.#whole)
    return this.#transporter
  }
}

/** Longer than mail servers think, with some before it in the queue. */
const usualPatience = 120_000

async function openTransporter(
  { server, ca, patience = usualPatience }: SmtpOptions,
  whole: Set<string>,
): Promise<Transporter> {
  const { createTransport } = await import('nodemailer')
  const { host, port, encryption, auth } = server
  const transporter = createTransport({
    host,
    port,
    secure: encryption === 'tls',
    requireTLS: encryption === 'starttls',
    ignoreTLS: encryption === 'none',
    ...(auth && { auth: { user: auth.user, pass: auth.password } }),
    ...(ca !== undefined && { tls: { ca } }),
    pool: true,
    maxConnections: 4,
    // What is tried again is decided by the outbox, which remembers it.
    maxRequeues: 0,
    idleTimeout: 5_000,
    connectionTimeout: Math.min(patience, 10_000),
    greetingTimeout: Math.min(patience, 10_000),
    dnsTimeout: Math.min(patience, 10_000),
    socketTimeout: patience,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  // By what is asked of the message one knows how much of it has gone.
  transporter.use('stream', (mail, done) => {
    const { messageId } = mail.data
    mail.message.processFunc((content: Readable) =>
      content.once('end', () => messageId !== undefined && whole.add(messageId)),
    )
    done()
  })
  return transporter
}

function messageOf({ id, to, subject, text, html }: Letter, { name = '', address }: Sender) {
  const [, domain] = /@(.*)$/.exec(address) ?? []
  return {
    from: { name, address },
    to: { name: '', address: to },
    subject,
    text,
    html,
    // The same at each attempt, by which whoever gets two drops one.
    messageId: `<latchkey.${id}@${domain}>`,
    // RFC 3834 section 5: no answer by a machine, please.
    headers: { 'Auto-Submitted': 'auto-generated' },
  }
}
