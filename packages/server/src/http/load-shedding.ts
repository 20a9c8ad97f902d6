import type { FastifyInstance, onRequestHookHandler } from 'fastify'
import type { Log } from '../core/log.js'
import { Refusal } from '../errors.js'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether it is turned away first while the process is behind: hashes, mails, sessions. */
    isCostly?: boolean
  }
}

export interface Load {
  /** How late the process is, in milliseconds. */
  delay: () => number
  /** Above which costly requests are turned away; `off` for never. */
  limit: number | 'off'
  log: Log
}

/**
 * Turns costly requests away while the process is behind, before anything of theirs is read, so that guarded
 * routes, keys and health go on (checklist J04).
 */
export function shedLoad(app: FastifyInstance, { delay, limit, log }: Load): void {
  if (limit === 'off') return
  let isToldOf = false
  const tell = (milliseconds: number): void => {
    if (isToldOf) return
    isToldOf = true
    log.warn({ delay: Math.round(milliseconds), limit }, 'too far behind: sign-ins are turned away')
    setTimeout(() => {
      isToldOf = false
    }, silence).unref()
  }
  const turnAway: onRequestHookHandler = (_request, _reply, done) => {
    const late = delay()
    if (late <= limit) return done()
    tell(late)
    done(new Refusal('overloaded', { message: tooMuch, retryAfter: patience(late) }))
  }
  app.addHook('onRoute', (route) => {
    if (route.config?.isCostly) route.onRequest = [turnAway, route.onRequest ?? []].flat()
  })
}

const tooMuch = 'The server has too much to do at the moment; try again later'

/** Seconds: the later it is, the longer it takes until it has caught up. */
function patience(late: number): number {
  return Math.min(30, Math.ceil((4 * late) / 1000))
}

/** Milliseconds between two lines in the log. */
const silence = 60_000
