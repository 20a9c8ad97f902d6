import { useQuery } from '@tanstack/react-query'
import { ask } from '../../api/ask.js'

/** A mail as admins see it in a list. */
export interface Mail {
  readonly id: string
  readonly kind: string
  readonly state: MailState
  readonly to: string
  readonly user_id: string | null
  readonly attempts: number
  readonly fault: string | null
  readonly created_at: string
  readonly next_attempt_at: string | null
  readonly sent_at: string | null
  readonly forgotten_at: string | null
}

/** With what it says, where admins may read it. */
export interface WholeMail extends Mail {
  readonly subject?: string
  readonly text?: string
}

export const mailStates = ['queued', 'sent', 'failed', 'kept'] as const
export type MailState = (typeof mailStates)[number]

export function useMail(id: string) {
  return useQuery({
    queryKey: ['admin/mail', id],
    queryFn: async ({ signal }): Promise<WholeMail> =>
      (await ask('GET', `admin/mails/${encodeURIComponent(id)}`, { signal })).json(),
  })
}
