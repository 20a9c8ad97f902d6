/** For long work in steps: aborted at SIGINT or SIGTERM, or when nobody reads what is printed any more. */
export function stopAtSignal(): AbortSignal {
  const stopping = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM']) {
    // Once: a second signal ends the process at once.
    process.once(name, () => stopping.abort())
  }
  process.stdout.once('error', () => stopping.abort(nobodyReads))
  return stopping.signal
}

/** Why it was aborted, where no signal came. */
export const nobodyReads = new Error('Nobody reads any more')
