import { isObject } from '../../metadata.js'

/** A field of what may be no object; undefined where there is none. */
export function field(of: unknown, name: string): unknown {
  return isObject(of) && Object.hasOwn(of, name) ? of[name] : undefined
}

/** A field that is a text, or a list whose first is one. */
export function text(of: unknown, name: string): string | undefined {
  const value = field(of, name)
  const first: unknown = Array.isArray(value) ? value[0] : value
  return typeof first === 'string' ? first : undefined
}

/** A field that is a whole number, or is written as one. */
export function number(of: unknown, name: string): number | undefined {
  const value = field(of, name)
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined
  const digits = text(of, name)
  return digits !== undefined && /^\d{1,10}$/.test(digits) ? Number(digits) : undefined
}

/** What a text holds as JSON; undefined where it is none. */
export function parsed(json: string | undefined): unknown {
  try {
    return json === undefined ? undefined : JSON.parse(json)
  } catch {
    return undefined
  }
}
