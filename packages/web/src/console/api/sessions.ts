import { ask } from '../../api/ask.js'
import { isMissing } from '../../api/problem.js'

/** A live session, as admins see it. */
export interface LiveSession {
  readonly id: string
  readonly user_id: string
  readonly username: string | null
  readonly client_id: string
  readonly address: string | null
  readonly user_agent: string | null
  readonly created_at: string
  readonly last_used_at: string
}

export async function endSession(id: string): Promise<void> {
  try {
    await ask('DELETE', `admin/sessions/${encodeURIComponent(id)}`)
  } catch (error) {
    // Somebody was faster, or it came to its end.
    if (!isMissing(error)) throw error
  }
}
