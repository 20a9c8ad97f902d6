/**
 * The URL that a text is, if it is one. In place of `URL.canParse`, which says no to letters such as `ü`
 * in Node 20 once it has been called often enough to be compiled.
 */
export function readUrl(text: string): URL | undefined {
  try {
    return new URL(text)
  } catch {
    return undefined
  }
}
