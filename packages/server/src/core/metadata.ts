import { Buffer } from 'node:buffer'
import { Refusal } from '../errors.js'

/** What JSON can say. */
export type Json = null | boolean | number | string | readonly Json[] | JsonMembers

/** A JSON object. */
export interface JsonMembers {
  readonly [name: string]: Json
}

/**
 * Metadata as it is kept: null for an empty object.
 *
 * @param field as the caller calls it
 * @throws Refusal `field_unusable`, for what is no JSON object of the size and the shape that are allowed
 */
export function metadataText(field: string, value: unknown): string | null {
  const why = isObject(value) ? (whyUnfit(value) ?? whyTooLarge(value)) : 'should be a JSON object'
  if (why !== undefined) {
    throw new Refusal('field_unusable', { message: `${field} ${why}`, fields: [field] })
  }
  const text = JSON.stringify(value)
  return text === '{}' ? null : text
}

/** Metadata as it was kept. */
export function metadataOf(text: string | null): JsonMembers {
  return text === null ? {} : JSON.parse(text)
}

/** Bytes of metadata, and of the claims that a token has besides its own. */
export const mostBytes = 4096

/**
 * Why a value should not be kept, or be in a token; finishes a sentence that begins with its name.
 * Deep ones cost their readers a stack, and some names make an object of a careless reader another one.
 */
export function whyUnfit(value: unknown): string | undefined {
  return new Look().at(value, 1)
}

export function whyTooLarge(value: unknown): string | undefined {
  const { length } = Buffer.from(JSON.stringify(value))
  return length > mostBytes ? `has more than ${mostBytes} bytes as JSON` : undefined
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

const deepest = 5
const mostMembers = 100
const forbidden: readonly string[] = ['__proto__', 'constructor', 'prototype']

/** One look at a whole value, which counts. */
class Look {
  #members = 0

  at(value: unknown, depth: number): string | undefined {
    if (value === null || typeof value === 'boolean') return undefined
    if (typeof value === 'string') return whyNoText(value)
    if (typeof value === 'number')
      return Number.isFinite(value) ? undefined : 'holds an endless number'
    if (!Array.isArray(value) && !isObject(value)) return 'holds what JSON has no form for'
    if (depth > deepest) return `is more than ${deepest} levels deep`
    return this.#within(value, depth)
  }

  #within(value: object, depth: number): string | undefined {
    const names = Array.isArray(value) ? [] : Object.keys(value)
    const items: unknown[] = Array.isArray(value) ? [...value] : Object.values(value)
    this.#members += items.length
    if (this.#members > mostMembers) return `has more than ${mostMembers} members`
    const whyNot = names.map(whyNoName).find((why) => why !== undefined)
    if (whyNot !== undefined) return whyNot
    for (const item of items) {
      const why = this.at(item, depth + 1)
      if (why !== undefined) return why
    }
    return undefined
  }
}

function whyNoName(name: string): string | undefined {
  if (forbidden.includes(name)) return `has a member with the name ${name}`
  return /^\P{C}{1,64}$/u.test(name)
    ? undefined
    : 'has a name that is empty, longer than 64 characters, or holds a control character'
}

/** PostgreSQL has no NUL in its JSON, and no half of a pair. */
function whyNoText(text: string): string | undefined {
  return /\0|\p{Surrogate}/u.test(text) ? 'holds a character that is none' : undefined
}
