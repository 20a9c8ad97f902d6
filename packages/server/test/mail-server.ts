/** A real SMTP server for tests, which does what it is told. */

import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { type ParsedMail, simpleParser } from 'mailparser'
import { SMTPServer } from 'smtp-server'
import { onTestFinished } from 'vitest'

export interface MailServer {
  readonly port: number
  /** What it has accepted, in that order. */
  readonly accepted: ParsedMail[]
  /** The addresses that were asked for, accepted or not. */
  readonly asked: string[]
  /** How many connections were opened. */
  readonly connections: number
  stop(): Promise<void>
}

export interface MailServerOptions {
  port?: number
  /** PEM: STARTTLS is offered, or with `secure` needed from the first byte. */
  tls?: { certificate: string; key: string; secure?: boolean }
  /** Who may send. */
  user?: { name: string; password: string }
  /** Answers for an address; undefined takes it. */
  recipient?: (address: string) => Answer | Promise<Answer>
  sender?: () => Answer | Promise<Answer>
  /** Before the message is answered, which has arrived whole. */
  message?: (mail: ParsedMail) => Answer | Promise<Answer>
}

/** A status to refuse with; undefined for none. Or it cuts the connection off, without a word. */
export type Answer = number | 'dies' | undefined

export async function mailServer(options: MailServerOptions = {}): Promise<MailServer> {
  const accepted: ParsedMail[] = []
  const asked: string[] = []
  const sockets = new Map<number, Socket>()
  let connections = 0
  const { tls, user } = options
  const server = new SMTPServer({
    secure: tls?.secure ?? false,
    ...(tls && { cert: tls.certificate, key: tls.key }),
    hideSTARTTLS: tls === undefined,
    authOptional: user === undefined,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    logger: false,
    onConnect: (_session, done) => {
      connections++
      done()
    },
    onAuth: (auth, _session, done) => {
      const isRight = auth.username === user?.name && auth.password === user?.password
      if (isRight) done(null, { user: 'known' })
      else done(refusal(535))
    },
    onMailFrom: (_address, _session, done) => answer(options.sender?.(), done),
    onRcptTo: ({ address }, _session, done) => {
      asked.push(address)
      answer(options.recipient?.(address), done)
    },
    onData: (stream, session, done) => {
      simpleParser(stream).then(
        async (mail) => {
          const status = await options.message?.(mail)
          if (status === 'dies') return sockets.get(session.remotePort)?.destroy()
          if (status === undefined) accepted.push(mail)
          return answer(status, done)
        },
        (error: Error) => done(error),
      )
    },
  })
  server.server.on('connection', (socket) => sockets.set(socket.remotePort ?? 0, socket))
  // Who leaves in the middle is none of its faults.
  server.on('error', () => {})
  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server.server, 'listening')
  const { port } = server.server.address() as AddressInfo
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      for (const socket of sockets.values()) socket.destroy()
    })
  onTestFinished(stop)
  return {
    port,
    accepted,
    asked,
    get connections() {
      return connections
    },
    stop,
  }
}

async function answer(
  status: Answer | Promise<Answer>,
  done: (error?: Error | null) => void,
): Promise<void> {
  const code = await status
  if (typeof code === 'number') done(refusal(code))
  else done()
}

/** With words that must not be repeated anywhere. */
function refusal(responseCode: number): Error {
  return Object.assign(new Error('No such mailbox: secret@example.com'), { responseCode })
}
