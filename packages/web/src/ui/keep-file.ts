/** Hands a file to the browser, which asks where to or puts it with the others: a link can't carry the token. */
export function keepFile(file: Blob, name: string): void {
  const url = URL.createObjectURL(file)
  Object.assign(document.createElement('a'), { href: url, download: name }).click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
