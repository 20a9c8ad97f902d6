import type { Member } from '../../inspector/json-members.js'
import type { Reason } from '../../inspector/reason.js'
import { type ConsoleText, say } from '../say.js'
import { exactTime, fromNow, isInCalendar } from './times.js'

/** @param now seconds since 1970 */
export function reasonInWords({ code, values = {}, at }: Reason, now: number): string {
  const told: Record<string, string | number> = {}
  for (const [name, value] of Object.entries(values)) told[name] = toldAs(name, value)
  if (at !== undefined) Object.assign(told, { time: exactTime(at), ago: fromNow(at, now) })
  return say(`why_${code}`, told)
}

function toldAs(name: string, value: string | number): string | number {
  if (name === 'part' && isOne(value, parts)) return say(`inspectPart_${value}`)
  if (name === 'kind' && isOne(value, kinds)) return say(`inspectKind_${value}`)
  return typeof value === 'string' && name !== 'claims' ? quoted(value) : value
}

const parts = ['header', 'payload', 'signature'] as const
const kinds = ['text', 'string', 'time', 'audience'] as const

function isOne<Name extends string>(value: unknown, names: readonly Name[]): value is Name {
  return names.some((name) => name === value)
}

/** What a token says may be long, or empty; in a sentence it is neither. */
function quoted(text: string): string {
  return text.length > 200 ? `“${text.slice(0, 200)} …”` : `“${text}”`
}

/** What a member of the header is, in words. */
export function headerMeaning({ name }: Member, isEncrypted: boolean): string {
  if (name === 'alg' && isEncrypted) return say('header_alg_encrypted')
  return say(headerTexts.get(name) ?? 'header_own')
}

/** What a claim is, in words. */
export function claimMeaning({ name }: Member): string {
  return say(claimTexts.get(name) ?? 'claim_own')
}

// Maps: a token may have a member called `constructor`.
const headerTexts: ReadonlyMap<string, ConsoleText> = new Map<string, ConsoleText>([
  ...(['typ', 'alg', 'kid', 'enc', 'cty', 'epk'] as const).map(
    (name) => [name, `header_${name}`] as const,
  ),
  ...['jwk', 'jku', 'x5u', 'x5c', 'x5t', 'x5t#S256'].map((name) => [name, 'header_key'] as const),
])

const claimTexts: ReadonlyMap<string, ConsoleText> = new Map(
  (
    [
      ...(['iss', 'sub', 'aud', 'exp', 'iat', 'nbf', 'jti', 'client_id', 'scope', 'sid'] as const),
      ...(['auth_time', 'amr', 'acr', 'azp', 'act', 'cnf', 'status', 'nonce'] as const),
    ] as const
  ).map((name) => [name, `claim_${name}`] as const),
)

/** The claims that are times, in seconds since 1970. */
const times: readonly string[] = ['exp', 'iat', 'nbf', 'auth_time']

/** The time that a claim says, in words. @param now seconds since 1970 */
export function timeInWords({ name, value }: Member, now: number): string | undefined {
  if (!times.includes(name) || typeof value !== 'number' || !isInCalendar(value)) return undefined
  return `${exactTime(value)} (${fromNow(value, now)})`
}
