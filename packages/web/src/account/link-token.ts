/**
 * What the link in a mail has after `#`: it is sent to no server by itself, and stands in no log. Gone from the
 * address bar, it is in nobody's history, and in no picture of the screen.
 */
export const linkToken = new URLSearchParams(location.hash.slice(1)).get('token') ?? ''

if (linkToken !== '') history.replaceState(null, '', location.pathname + location.search)
/** Loads the page again, in which the link is as good as before. */
export function reloadWithLink(): void {
  if (linkToken !== '') location.hash = new URLSearchParams({ token: linkToken }).toString()
  location.reload()
}

// Another link in the same tab changes what is after # alone.
addEventListener('hashchange', () => {
  if (location.hash.startsWith('#token=')) location.reload()
})
