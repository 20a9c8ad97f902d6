import { say } from '../texts/texts.js'

/** In place of a page whose files are on their way. */
export function Loading() {
  return (
    <main id="content">
      <p role="status">{say('loading')}</p>
    </main>
  )
}
