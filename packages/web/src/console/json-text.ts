/** As JSON, in which whatever turns text around or can't be seen stands as the escape that means the same. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(unseen, escaped)
}

const unseen = /[^\P{C}\n]|[\u2028\u2029]/gu

function escaped(character: string): string {
  return [...Array(character.length).keys()]
    .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`)
    .join('')
}
