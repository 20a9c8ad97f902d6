import { explain } from './explain.js'
import type { Check } from './store/database.js'

/** What the work makes, or where it fails a finding that says why. */
export async function attempt<T>(check: string, work: () => Promise<T>): Promise<T | Check> {
  try {
    return await work()
  } catch (error) {
    return { check, verdict: 'fails', detail: explain(error) }
  }
}
