import { statSync } from 'node:fs'
import { isLoopback } from './loopback.js'
import type { Environment } from './settings/read.js'
import { environmentName, isSecret, type Settings, settingKeys } from './settings/settings.js'
import { readUrl } from './url.js'

/** What is allowed and not wise: a sentence each, of what it may lead to and what to do. */
export function advise(settings: Settings, environment: Environment): string[] {
  return advice
    .map((each) => each(settings, environment))
    .filter((sentence): sentence is string => sentence !== undefined)
}

type Advice = (settings: Settings, environment: Environment) => string | undefined

const advice: readonly Advice[] = [
  ({ issuer }) =>
    issuer?.startsWith('http://')
      ? 'the issuer is an http:// address: only this machine can use the server; set LATCHKEY_ISSUER to the https:// address that clients use'
      : undefined,
  ({ passwordMinLength: length }) =>
    length < 15
      ? `passwords may be as short as ${length} characters; NIST SP 800-63B-4 asks for 15 where there is no second factor: LATCHKEY_PASSWORD_MIN_LENGTH=15`
      : undefined,
  ({ passwordHash }) =>
    passwordHash.format === 'bcrypt' && passwordHash.cost < 12
      ? `bcrypt:${passwordHash.cost} is guessed at quickly: LATCHKEY_PASSWORD_HASH=argon2id, or bcrypt:12; hashes are replaced as people sign in`
      : undefined,
  ({ hs256Secret: secret }) =>
    secret !== undefined && looksInvented(secret)
      ? 'the secret for HS256 does not look random: whoever has one token can guess at it; `openssl rand -hex 32` prints a good one'
      : undefined,
  ({ secretKey }) =>
    secretKey !== undefined && !looksRandom(secretKey)
      ? 'the master secret does not look random: whoever guesses it opens all signing keys of a stolen database; `openssl rand -hex 32` prints a good one, and LATCHKEY_SECRET_KEY_PREVIOUS leads over to it'
      : undefined,
  ({ signingAlgorithm }) =>
    signingAlgorithm === 'HS256'
      ? 'with HS256 every service that can check tokens can also make them: LATCHKEY_SIGNING_ALGORITHM=EdDSA, unless one of yours knows nothing else'
      : undefined,
  ({ keyRotateEvery }) =>
    keyRotateEvery === 'off'
      ? 'the signing key never changes by itself: whoever has taken it signs for good; take LATCHKEY_KEY_ROTATE_EVERY=off away, or run `latchkey key rotate` now and then'
      : undefined,
  ({ accessTokenTtl: life }) =>
    life > longLife
      ? `access tokens live ${life / 60} minutes: a service that does not ask for the status lists takes them as long after a sign-out; LATCHKEY_ACCESS_TOKEN_TTL=30m`
      : undefined,
  ({ registration, smtpUrl }) =>
    registration === 'open' && smtpUrl === undefined
      ? 'everybody may register, and no address is ever confirmed, because no mail goes out: set LATCHKEY_SMTP_URL, or LATCHKEY_REGISTRATION=invitation'
      : undefined,
  ({ failuresPerNetwork, failuresOverall }) =>
    failuresPerNetwork === undefined || failuresOverall === undefined
      ? 'not all limits of failed sign-ins hold, so one password can be tried on many names: take LATCHKEY_FAILURES_PER_NETWORK=off and LATCHKEY_FAILURES_OVERALL=off away'
      : undefined,
  ({ issuer, host, trustedProxies }) =>
    issuer?.startsWith('https://') && isLoopback(host) && trustedProxies === 0
      ? 'callers come through a proxy, because the issuer is an https:// address and the server listens on this machine only: without LATCHKEY_TRUSTED_PROXIES all of them seem to be one (docs/deployment.md)'
      : undefined,
  ({ issuer, metrics, metricsToken }) =>
    issuer?.startsWith('https://') && metrics && metricsToken === undefined
      ? 'a proxy on this machine that does not say whom it forwards opens /metrics to everybody: set LATCHKEY_METRICS_TOKEN, or LATCHKEY_METRICS=off'
      : undefined,
  ({ corsOrigins }) =>
    corsOrigins.has('*')
      ? 'pages of every origin may call this server: name yours in LATCHKEY_CORS_ORIGINS'
      : undefined,
]

/** Where secrets come from: what is in the environment is seen by more than what is in a file. */
export function secretsInEnvironment(environment: Environment): string[] {
  return settingKeys
    .filter((key) => isSecret(key) && hasPassword(environment[environmentName(key)]))
    .map(environmentName)
}

/**
 * Names of settings whose files everyone on this machine can read (checklist L01). Where Docker and Kubernetes put them
 * nobody else is on it.
 */
export function secretsForEveryone(environment: Environment): string[] {
  return settingKeys
    .filter(isSecret)
    .map((key) => `${environmentName(key)}_FILE`)
    .filter((name) => isForEveryone(environment[name] ?? ''))
}

function isForEveryone(file: string): boolean {
  if (file === '' || process.platform === 'win32' || mounted.test(file)) return false
  const { mode = 0 } = statSync(file, { throwIfNoEntry: false }) ?? {}
  return (mode & 0o004) !== 0
}

const mounted = /^(\/var)?\/run\/secrets\//

/** Of URLs those that hold one. */
function hasPassword(given: string | undefined): boolean {
  if (given === undefined || given === '') return false
  if (/^sqlite:/.test(given)) return false
  return readUrl(given)?.password !== ''
}

/** Seconds. */
const longLife = 60 * 60

/** Checklist C04. Of 32 characters at random hardly any lot has no digit, or so few different ones. */
function looksInvented(secret: string): boolean {
  return !/\d/.test(secret) || new Set(secret).size < 10
}

/** 32 random bytes are of fewer than 20 kinds once in seven thousand million secrets. */
function looksRandom(secret: Uint8Array): boolean {
  return new Set(secret).size >= Math.min(20, secret.length)
}
