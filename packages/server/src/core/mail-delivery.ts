/** What becomes of a mail after an attempt: pure. */

import type { MailRow } from '../store/schema.js'
import { linkLives } from './one-time-links.js'
import { isMailKind, linkIn } from './outbox.js'

/** What a mail server made of a letter, or why it never had it. */
export type Delivery =
  | { outcome: 'accepted' }
  | {
      /**
       * `refused`: this one, for good. `deferred`: this one, for now. `unreachable`: none can be sent.
       * `unanswered`: it was handed over whole, and nobody knows whether it was taken.
       */
      outcome: 'refused' | 'deferred' | 'unreachable' | 'unanswered'
      /** For admins and the log: neither an address nor a secret. */
      fault: string
    }

export interface Judgement {
  state: 'sent' | 'queued' | 'failed'
  /** Milliseconds until it is tried again, or, where it is not queued any more, forgotten. */
  wait: number
  fault: string | null
}

type Attempted = Pick<MailRow, 'created_at' | 'fault'>

/** The pauses grow with the age of the mail. */
export function judgeDelivery(mail: Attempted, delivery: Delivery, at: number): Judgement {
  if (delivery.outcome === 'accepted') return { state: 'sent', wait: rememberedFor, fault: null }
  const age = at - mail.created_at
  const before = mail.fault?.startsWith(unanswered) ?? false
  const fault = before ? `${unanswered}, then: ${delivery.fault}` : delivery.fault
  switch (delivery.outcome) {
    case 'refused':
      return { state: 'failed', wait: rememberedFor, fault }
    case 'deferred':
      return { state: 'queued', wait: between(minute, age / 2, 60 * minute), fault }
    case 'unreachable':
      // It goes out soon after the mail server is back, however long that was away.
      return { state: 'queued', wait: between(5_000, age / 4, minute), fault }
    case 'unanswered': {
      // Each attempt may have been a copy; there are to be two at most.
      if (before) return { state: 'failed', wait: rememberedFor, fault }
      const wait = between(minute, age / 2, 60 * minute)
      return { state: 'queued', wait, fault: `${unanswered}: ${delivery.fault}` }
    }
  }
}

/** Why it is of no use any more; undefined while it is. */
export function whyGivenUp(
  { kind, created_at, fault }: Pick<MailRow, 'kind' | 'created_at' | 'fault'>,
  at: number,
): string | undefined {
  const link = isMailKind(kind) ? linkIn[kind] : null
  const age = at - created_at
  const last = fault === null ? '' : `; the last attempt: ${fault}`
  // With less of its life left nobody gets to use it.
  if (link !== null && age >= linkLives[link] - minute) return `its link has expired${last}`
  return age >= day ? `not sent within a day${last}` : undefined
}

const unanswered = 'it may have been taken'

const minute = 60_000
const day = 24 * 60 * minute
const rememberedFor = 30 * day

function between(least: number, value: number, most: number): number {
  return Math.round(Math.min(most, Math.max(least, value)))
}
