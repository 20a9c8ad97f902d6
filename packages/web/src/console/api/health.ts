import { useQuery } from '@tanstack/react-query'
import { ask } from '../../api/ask.js'

/** What the server has found when it looked at itself. */
export interface ServerHealth {
  readonly examined_at: string
  readonly version: string
  readonly node: string
  /** Seconds. */
  readonly uptime: number
  readonly database: { readonly engine: string; readonly bytes: number | null }
  readonly findings: readonly Finding[]
  readonly left_out: readonly string[]
}

export interface Finding {
  readonly check: string
  readonly verdict: Verdict
  readonly detail: string
  readonly remedy?: string
}

export type Verdict = 'holds' | 'advises' | 'warns' | 'fails'

export function useHealth() {
  return useQuery({
    queryKey: ['admin/health'],
    // It is some work for the server: whoever wants it presses a button.
    refetchOnWindowFocus: false,
    queryFn: async ({ signal }): Promise<ServerHealth> =>
      (await ask('GET', 'admin/health', { signal })).json(),
  })
}
