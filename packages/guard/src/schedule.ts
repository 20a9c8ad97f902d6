/** Runs a task once, after some milliseconds. Answers how to call it off. */
export type Schedule = (task: () => void, milliseconds: number) => () => void

/** By the platform's timer, which keeps no process alive where the platform lets it be so. */
export const schedule: Schedule = (task, milliseconds) => {
  const timer = setTimeout(task, milliseconds)
  if (canBeLeft(timer)) timer.unref()
  return () => clearTimeout(timer)
}

function canBeLeft(timer: unknown): timer is { unref(): void } {
  return typeof timer === 'object' && timer !== null && 'unref' in timer
}
