import { Problem } from '../../api/problem.js'
import { inWords } from '../../texts/faults.js'
import { say } from '../say.js'

export function isChangedSince(error: unknown): boolean {
  return error instanceof Problem && error.status === 412
}

/** Where another admin was faster: what is there now is shown, and what was pressed is not done. */
export function explainChange(error: unknown, lookAgain: () => Promise<void>): string {
  if (!isChangedSince(error)) return inWords(error)
  void lookAgain()
  return say('userChangedMeanwhile')
}
