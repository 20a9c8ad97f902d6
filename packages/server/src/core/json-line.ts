/** JSON in one line, of characters that a terminal shows and does not obey (checklist K02). */
export function jsonLine(value: unknown): string {
  return harmless(JSON.stringify(value))
}

/** The same JSON; its own line breaks stay. */
export function harmless(json: string): string {
  return json.replace(/(?!\n)[\p{C}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from({ length: character.length }, (_, at) => character.charCodeAt(at))
      .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
      .join(''),
  )
}

/**
 * JSON for somebody who shows what it says: such characters are in the values as their escapes. Line breaks
 * and tabs in values stay, for stacks.
 */
export function harmlessWhenParsed(json: string): string {
  return harmless(json).replace(/\\(?:u[\da-f]{4}|.)/gi, (escaped) =>
    /^\\["\\/nt]$/.test(escaped) ? escaped : `\\${escaped}`,
  )
}
