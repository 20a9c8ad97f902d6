import type { Algorithm, TokenType } from '@latchkey/guard'
import { has, type Member, valueIn } from './json-members.js'
import type { Reason } from './reason.js'

/** The algorithm that a header asks for, or why a guard takes none that it could ask for. */
export function algorithmOf(header: readonly Member[]): Algorithm | Reason {
  const more = header.find(({ name }) => asksForMore.includes(name))
  if (more !== undefined) return { code: 'headerAsksForMore', values: { member: more.name } }
  const alg = valueIn(header, 'alg')
  if (isAlgorithm(alg)) return alg
  if (typeof alg === 'string' && alg.toLowerCase() === 'none') return { code: 'algorithmNone' }
  if (!has(header, 'alg')) return { code: 'algorithmMissing' }
  return {
    code: 'algorithmUnknown',
    values: { algorithm: typeof alg === 'string' ? alg : JSON.stringify(alg) },
  }
}

/** Extensions that must be understood, compression, nesting: a guard does none of it in a signed token. */
const asksForMore = ['crit', 'b64', 'zip', 'enc', 'cty']

const algorithms: readonly string[] = [
  'EdDSA',
  'ES256',
  'RS256',
  'PS256',
  'HS256',
] satisfies Algorithm[]

function isAlgorithm(name: unknown): name is Algorithm {
  return typeof name === 'string' && algorithms.includes(name)
}

/** Whether it is of the type that an API asks for: media types, so that their case does not count. */
export function typeFault(header: readonly Member[], type: TokenType): Reason[] {
  const typ = valueIn(header, 'typ')
  if (typ === undefined && !has(header, 'typ')) {
    return type === 'JWT' ? [] : [{ code: 'typeMissing', values: { expected: type } }]
  }
  const name = typeof typ === 'string' ? typ.toLowerCase() : undefined
  if (name === type.toLowerCase() || name === `application/${type.toLowerCase()}`) return []
  const found = typeof typ === 'string' ? typ : JSON.stringify(typ)
  return [{ code: 'typeWrong', values: { found, expected: type } }]
}
