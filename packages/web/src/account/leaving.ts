import { useLocation } from 'wouter'
import { client } from '../session/client.js'
import type { TextName } from '../texts/texts.js'
import { places } from './places.js'

/** What the page before has left behind for the sign-in page to say. */
export interface Left {
  /** That a session ended by itself. */
  readonly wasSignedIn?: boolean
  /** What was done, and went well. */
  readonly said?: TextName
  /** That only this browser knows of the sign-out. */
  readonly isUnheard?: boolean
}

/** Signs out and goes to the sign-in page, which says why. */
export function useLeave(): (why: TextName) => Promise<void> {
  const [, navigate] = useLocation()
  return async (why) => {
    const said: Left = { said: why }
    // First, because a page whose session ends leads to a sign-in that comes back to it.
    navigate(places.signIn, { state: said })
    if (await client.logout()) return
    const unheard: Left = { isUnheard: true }
    if (client.user === undefined) navigate(places.signIn, { state: unheard, replace: true })
  }
}
