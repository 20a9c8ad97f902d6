/** How often what a step brings is looked at, because somebody takes a name between the look and the step. */
export const mostAttempts = 8

/** When that was not enough. */
export function takenAgain(): Error {
  return new Error('Names of the file are taken again and again while it is imported')
}
