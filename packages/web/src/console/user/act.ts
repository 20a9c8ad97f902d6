import { Problem } from '../../api/problem.js'
import { inWords } from '../../texts/faults.js'
import { useLookAgain } from '../api/user.js'
import { say } from '../say.js'

export function isChangedSince(error: unknown): boolean {
  return error instanceof Problem && error.status === 412
}

/** How something is done to a user of whom another admin may have a page open, and why it was not. */
export function useAct() {
  const lookAgain = useLookAgain()
  return {
    /** Afterwards all that is shown is asked for anew. */
    act: (work: () => Promise<unknown>, then: () => void) => async () => {
      await work()
      await lookAgain()
      then()
    },
    /** Where somebody was faster, what there is now is shown, and nothing is done. */
    explain: (error: unknown): string => {
      if (!(error instanceof Problem) || ![404, 412].includes(error.status)) return inWords(error)
      void lookAgain()
      return say(error.status === 404 ? 'userGoneTitle' : 'userChangedMeanwhile')
    },
  }
}
