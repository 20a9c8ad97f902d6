import type { TokenStatus } from '@latchkey/guard'
import { audienceFault, claimFaults, issuerFault, timeFaults } from './claims.js'
import { type GuardAnswer, guardAnswer } from './guard-answer.js'
import { algorithmOf, typeFault } from './header.js'
import { valueIn } from './json-members.js'
import type { Means } from './keys.js'
import { outcomeOf } from './outcome.js'
import type { EncryptedToken, SignedToken } from './read-token.js'
import type { Reason, ReasonCode } from './reason.js'
import { checkSignature, type SignatureCheck } from './signature.js'
import { formFor, type Terms, type TokenForm } from './terms.js'

/** What an API of this server would do with a token at this moment. */
export interface Judgement {
  readonly verdict: GuardAnswer
  /** Why it is refused, in the order in which a guard looks. */
  readonly reasons: readonly Reason[]
  /** What could not be found out. */
  readonly doubts: readonly Reason[]
  readonly signature: SignatureCheck['is']
}

export interface Circumstances extends Means {
  /** What the token's status list says of it; `undefined` while that can't be read. */
  readonly status: TokenStatus | undefined
  /** Milliseconds since 1970. */
  readonly now: number
}

/**
 * Looks at everything that a guard looks at, and has a guard decide: what is said here is what it does. Where a guard
 * stops, this goes on, so that all that is wrong is said at once.
 */
export async function judge(token: SignedToken, by: Circumstances): Promise<Judgement> {
  const { terms } = by
  const signature = await checkSignature(token, by)
  const form = formOf(token, terms)
  const outcome = terms && outcomeOf(token, terms, by.status)
  const reasons: Reason[] = [
    ...token.spelling,
    ...signatureFaults(token, signature),
    ...formFaults(token, terms, form),
    ...claimsFaults(token, by, form),
    ...(outcome?.is === 'bad' ? [outcome.reason] : []),
  ]
  const doubts: Reason[] = [
    ...(terms === undefined ? [serverUnread] : []),
    ...(signature.is === 'unchecked' && terms !== undefined ? [signature.reason] : []),
    ...(outcome?.is === 'unread' ? [outcome.reason] : []),
  ]
  const said =
    terms && form && !terms.areEncrypted && signature.is !== 'unchecked'
      ? await guardAnswer(token, { ...by, terms, form, outcome })
      : undefined
  if (said === 'refused' && reasons.length === 0) reasons.push({ code: 'unexplained' })
  const verdict = said ?? (reasons.length > 0 ? 'refused' : 'unknown')
  return { verdict, reasons: withoutEchoes(reasons), doubts, signature: signature.is }
}

/** What is plain from how it is spelled is not said again. */
function signatureFaults({ spelling }: SignedToken, signature: SignatureCheck): Reason[] {
  if (signature.is !== 'wrong' && signature.is !== 'keyless') return []
  const isSpelledSo = spelling.some(
    ({ code, values }) => code === 'tooFewParts' || values?.part === 'signature',
  )
  const { reason } = signature
  return reason.code === 'signatureMissing' && isSpelledSo ? [] : [reason]
}

/** Of another server's token there is one thing to say first, and what follows from it need not be said. */
function withoutEchoes(reasons: readonly Reason[]): readonly Reason[] {
  const other = reasons.find(({ code }) => code === 'issuerOther')
  if (other === undefined) return reasons
  return [other, ...reasons.filter(({ code }) => code !== 'issuerOther' && !echoes.includes(code))]
}

const echoes: readonly ReasonCode[] = [
  'signedOnly',
  'algorithmNotOurs',
  'keyNameMissing',
  'keyUnknown',
  'audienceOther',
  'audienceUnwanted',
  'noPlace',
  'placeElsewhere',
]

/** What can be said of one that only the holder of a key can read. */
export function judgeEncrypted(token: EncryptedToken, terms: Terms | undefined): Judgement {
  const reasons = [...token.spelling]
  if (terms?.areEncrypted === false) reasons.push({ code: 'encryptedUnwanted' })
  if (token.header !== undefined && !isOurEncryption(token.header)) {
    reasons.push({ code: 'encryptedOtherwise' })
  }
  const verdict = reasons.length > 0 ? 'refused' : 'unknown'
  const doubts = [{ code: 'encrypted' } as const, ...(terms === undefined ? [serverUnread] : [])]
  return { verdict, reasons, doubts, signature: 'unchecked' }
}

const serverUnread: Reason = { code: 'serverUnread' }

/** What a token should be like, of whatever algorithm it is. */
function formOf({ header }: SignedToken, terms: Terms | undefined): TokenForm | undefined {
  if (terms === undefined) return undefined
  const form = formFor(valueIn(header, 'alg'), terms)
  return form ?? terms.byKey ?? terms.bySecret ?? undefined
}

function formFaults(
  { header }: SignedToken,
  terms: Terms | undefined,
  form: TokenForm | undefined,
): Reason[] {
  if (terms === undefined || form === undefined || header === undefined) return []
  const algorithm = algorithmOf(header)
  const isForeign = typeof algorithm === 'string' && formFor(algorithm, terms) === null
  return [
    ...(terms.areEncrypted ? [{ code: 'signedOnly' } as const] : []),
    ...(isForeign ? [{ code: 'algorithmNotOurs', values: { algorithm } } as const] : []),
    ...typeFault(header, form.type),
  ]
}

/** Of whose tokens nothing is known yet. */
const usual: TokenForm = { type: 'at+jwt', audience: '' }

function claimsFaults(
  { claims }: SignedToken,
  { terms, now }: Circumstances,
  form: TokenForm | undefined,
): Reason[] {
  if (claims === undefined) return []
  return [
    ...claimFaults(claims, form ?? usual),
    ...(terms ? issuerFault(claims, terms) : []),
    ...(form ? audienceFault(claims, form) : []),
    ...timeFaults(claims, now / 1000),
  ]
}

function isOurEncryption(header: EncryptedToken['header']): boolean {
  const [enc, cty] = [valueIn(header, 'enc'), valueIn(header, 'cty')]
  return enc === 'A256GCM' && typeof cty === 'string' && /^(?:application\/)?jwt$/i.test(cty)
}
