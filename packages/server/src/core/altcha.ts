/**
 * Proof of work in the open form of ALTCHA (PoW v2, with PBKDF2): whoever finds a counter for which the derived key
 * begins as asked has done the work, and one derivation shows it. https://altcha.org/docs/v2/proof-of-work-captcha/
 */

import { createHmac, type KeyObject, pbkdf2, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { randomHexId } from './random.js'

/** As it is sent, member by member. */
export interface AltchaChallenge {
  readonly parameters: AltchaParameters
  /** In hex. */
  readonly signature: string
}

interface AltchaParameters {
  readonly algorithm: string
  /** Iterations of one derivation. */
  readonly cost: number
  /** In seconds since 1970. */
  readonly expiresAt: number
  /** In bytes. */
  readonly keyLength: number
  /** In hex, as salt and nonce. */
  readonly keyPrefix: string
  readonly nonce: string
  readonly salt: string
}

/** What somebody says to have found. */
export interface AltchaSolution {
  readonly challenge: AltchaChallenge
  readonly counter: number
}

/**
 * @param work iterations that it takes on average
 * @param expiresAt in milliseconds since 1970
 * @param boundTo what it is to be good for, which is signed with it and not shown
 */
export function makeAltcha(
  key: KeyObject,
  work: number,
  expiresAt: number,
  boundTo: string,
): AltchaChallenge {
  const parameters = {
    algorithm,
    cost: Math.ceil(work / 16 ** keyPrefix.length),
    expiresAt: Math.floor(expiresAt / 1000),
    keyLength,
    keyPrefix,
    nonce: randomHexId(),
    salt: randomHexId(),
  }
  return { parameters, signature: signatureOf(key, parameters, boundTo).toString('hex') }
}

/** Reads what a widget sends: JSON in base64. Undefined for anything else. */
export function readAltcha(payload: string): AltchaSolution | undefined {
  if (payload.length > longest || !/^[\w+/-]+={0,2}$/.test(payload)) return undefined
  const { challenge, solution } = membersOf(parse(Buffer.from(payload, 'base64').toString()))
  const { parameters, signature } = membersOf(challenge)
  const { counter } = membersOf(solution)
  if (!isParameters(parameters) || typeof signature !== 'string' || !isCounter(counter)) {
    return undefined
  }
  return { challenge: { parameters, signature }, counter }
}

/** Whether we have made it, for this and for now. @param now in milliseconds since 1970 */
export function isOurs(
  key: KeyObject,
  { parameters, signature }: AltchaChallenge,
  now: number,
  boundTo: string,
): boolean {
  const given = Buffer.from(signature, 'hex')
  const due = signatureOf(key, parameters, boundTo)
  const isSigned = given.length === due.length && timingSafeEqual(given, due)
  return isSigned && now < parameters.expiresAt * 1000
}

/** Whether the work was done. Only for a challenge of ours: it says itself what looking costs. */
export async function isSolved({ challenge, counter }: AltchaSolution): Promise<boolean> {
  const { nonce, salt, cost, keyLength: length, keyPrefix: prefix } = challenge.parameters
  const tried = Buffer.alloc(nonce.length / 2 + 4)
  tried.write(nonce, 'hex')
  tried.writeUInt32BE(counter, nonce.length / 2)
  const derived = await derive(tried, Buffer.from(salt, 'hex'), cost, length, 'sha256')
  return derived.toString('hex').startsWith(prefix)
}

const derive = promisify(pbkdf2)

const algorithm = 'PBKDF2/SHA-256'
const keyLength = 32
/** Each of 256 counters on average: enough that nobody is lucky for long, and few enough for a script to try. */
const keyPrefix = '00'

/** Characters: twice what ours has. */
const longest = 1_500

/** Without line breaks in JSON, what stands before the first can't be taken for what it is bound to. */
function signatureOf(key: KeyObject, parameters: AltchaParameters, boundTo: string): Buffer {
  const { cost, expiresAt, nonce, salt } = parameters
  const sorted = {
    algorithm: parameters.algorithm,
    cost,
    expiresAt,
    keyLength: parameters.keyLength,
    keyPrefix: parameters.keyPrefix,
    nonce,
    salt,
  }
  return createHmac('sha256', key)
    .update(`${JSON.stringify(sorted)}\n${boundTo}`)
    .digest()
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function isParameters(value: unknown): value is AltchaParameters {
  const { cost, expiresAt, keyLength: length, ...rest } = membersOf(value)
  const texts = [rest.algorithm, rest.keyPrefix, rest.nonce, rest.salt]
  return (
    [cost, expiresAt, length].every(Number.isSafeInteger) &&
    texts.every((text) => typeof text === 'string')
  )
}

/** Four bytes of it are hashed. */
function isCounter(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 32
}
