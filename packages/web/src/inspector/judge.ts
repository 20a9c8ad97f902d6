import { createGuard, Refusal, type TokenStatus } from '@latchkey/guard'
import { audienceFault, claimFaults, issuerFault, placeOf, timeFaults } from './claims.js'
import { algorithmOf, typeFault } from './header.js'
import { valueIn } from './json-members.js'
import { findKey, type Means } from './keys.js'
import type { EncryptedToken, SignedToken } from './read-token.js'
import type { Reason, ReasonCode } from './reason.js'
import { checkSignature, type SignatureCheck } from './signature.js'
import type { Terms, TokenForm } from './terms.js'

/** What an API of this server would do with a token at this moment. */
export interface Judgement {
  readonly verdict: 'accepted' | 'refused' | 'unknown'
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
    ...(signature.is === 'wrong' || signature.is === 'keyless' ? [signature.reason] : []),
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
      ? await ask(token, { ...by, terms, form })
      : undefined
  if (said === 'refused' && reasons.length === 0) reasons.push({ code: 'unexplained' })
  const verdict = said ?? (reasons.length > 0 ? 'refused' : 'unknown')
  return { verdict, reasons: withoutEchoes(reasons), doubts, signature: signature.is }
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

/** What this server's tokens of an algorithm are like; `null` where it makes none. */
function formFor(algorithm: unknown, { byKey, bySecret }: Terms): TokenForm | null {
  return algorithm === 'HS256' ? bySecret : byKey
}

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

function claimsFaults(
  { claims }: SignedToken,
  { terms, now }: Circumstances,
  form: TokenForm | undefined,
): Reason[] {
  if (claims === undefined) return []
  return [
    ...claimFaults(claims, form?.type ?? 'at+jwt'),
    ...(terms ? issuerFault(claims, terms) : []),
    ...(form ? audienceFault(claims, form) : []),
    ...timeFaults(claims, now / 1000),
  ]
}

type Outcome = { readonly is: 'good' } | { readonly is: 'bad' | 'unread'; readonly reason: Reason }

/** What has become of it since it was issued. */
function outcomeOf(
  { claims }: SignedToken,
  terms: Terms,
  status: TokenStatus | undefined,
): Outcome | undefined {
  if (claims === undefined) return undefined
  const place = placeOf(claims, terms)
  if ('code' in place) return { is: 'bad', reason: place }
  if (status === 'valid') return { is: 'good' }
  if (status === 'revoked' || status === 'changed') return { is: 'bad', reason: { code: status } }
  return { is: 'unread', reason: { code: 'statusUnread' } }
}

interface Asked extends Circumstances {
  readonly terms: Terms
  readonly form: TokenForm
}

/** A guard as it protects an API, with the keys and the status that were found. */
async function ask(token: SignedToken, by: Asked): Promise<Judgement['verdict']> {
  const { terms, form, now } = by
  const status = (): TokenStatus => {
    const outcome = outcomeOf(token, terms, by.status)
    if (outcome?.is === 'bad') return 'revoked'
    return outcome?.is === 'good' ? 'valid' : 'unknown'
  }
  const guard = createGuard({
    keys(kid, algorithm) {
      if (formFor(algorithm, terms) === null) return undefined
      const found = findKey(kid, algorithm, by)
      return 'key' in found ? found.key : undefined
    },
    issuer: terms.issuer,
    audience: form.audience,
    typ: form.type,
    status,
    now: () => now,
    cacheSize: 0,
  })
  try {
    await guard.verify(token.text)
    return 'accepted'
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return error.code === 'temporarily_unavailable' ? 'unknown' : 'refused'
  }
}

function isOurEncryption(header: EncryptedToken['header']): boolean {
  const [enc, cty] = [valueIn(header, 'enc'), valueIn(header, 'cty')]
  return enc === 'A256GCM' && typeof cty === 'string' && /^(?:application\/)?jwt$/i.test(cty)
}
