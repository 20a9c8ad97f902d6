import { statSync } from 'node:fs'
import { isLoopback } from './loopback.js'
import type { Environment } from './settings/read.js'
import { environmentName, isSecret, type Settings, settingKeys } from './settings/settings.js'
import { readUrl } from './url.js'

/** What is allowed and not wise: what it may lead to, and what to do. */
export interface Advice {
  /** `warns`: as it is it does harm, or soon will; `advises`: another way would be safer. */
  verdict: 'advises' | 'warns'
  detail: string
  remedy: string
}

/** @returns what there is to say of these settings */
export function advise(settings: Settings): Advice[] {
  return counsels.map((each) => each(settings)).filter((found) => found !== undefined)
}

type Counsel = (settings: Settings) => Advice | undefined

const counsels: readonly Counsel[] = [
  ({ issuer }) =>
    warnIf(issuer?.startsWith('http://'), {
      detail: 'the issuer is an http:// address, so only this machine can use the server',
      remedy: 'set LATCHKEY_ISSUER to the https:// address that clients use',
    }),
  ({ passwordMinLength: length }) =>
    adviseIf(length < 15, {
      detail: `passwords may be as short as ${length} characters; NIST SP 800-63B-4 asks for 15 where there is no second factor`,
      remedy: 'LATCHKEY_PASSWORD_MIN_LENGTH=15',
    }),
  ({ passwordHash: hash }) =>
    hash.format === 'bcrypt'
      ? warnIf(hash.cost < 12, {
          detail: `bcrypt:${hash.cost} is guessed at quickly`,
          remedy:
            'LATCHKEY_PASSWORD_HASH=argon2id, or bcrypt:12; hashes are replaced as people sign in',
        })
      : undefined,
  ({ hs256Secret: secret }) =>
    warnIf(secret !== undefined && looksInvented(secret), {
      detail:
        'the secret for HS256 does not look random, and whoever has one token can guess at it',
      remedy: '`openssl rand -hex 32` prints a good one',
    }),
  ({ secretKey }) =>
    warnIf(secretKey !== undefined && !looksRandom(secretKey), {
      detail:
        'the master secret does not look random, and whoever guesses it opens all signing keys of a stolen database',
      remedy:
        '`openssl rand -hex 32` prints a good one, and LATCHKEY_SECRET_KEY_PREVIOUS leads over to it',
    }),
  ({ signingAlgorithm }) =>
    adviseIf(signingAlgorithm === 'HS256', {
      detail: 'with HS256 every service that can check tokens can also make them',
      remedy: 'LATCHKEY_SIGNING_ALGORITHM=EdDSA, unless one of yours knows nothing else',
    }),
  ({ keyRotateEvery }) =>
    adviseIf(keyRotateEvery === 'off', {
      detail: 'the signing key never changes by itself, so whoever has taken it signs for good',
      remedy: 'take LATCHKEY_KEY_ROTATE_EVERY=off away, or run `latchkey key rotate` now and then',
    }),
  ({ accessTokenTtl: life }) =>
    adviseIf(life > longLife, {
      detail: `access tokens live ${life / 60} minutes, and a service that does not ask for the status lists takes them as long after a sign-out`,
      remedy: 'LATCHKEY_ACCESS_TOKEN_TTL=30m',
    }),
  ({ registration, smtpUrl }) =>
    adviseIf(registration === 'open' && smtpUrl === undefined, {
      detail: 'everybody may register, and no address is ever confirmed, because no mail goes out',
      remedy: 'set LATCHKEY_SMTP_URL, or LATCHKEY_REGISTRATION=invitation',
    }),
  ({ failuresPerNetwork, failuresOverall }) =>
    warnIf(failuresPerNetwork === undefined || failuresOverall === undefined, {
      detail: 'not all limits of failed sign-ins hold, so one password can be tried on many names',
      remedy: 'take LATCHKEY_FAILURES_PER_NETWORK=off and LATCHKEY_FAILURES_OVERALL=off away',
    }),
  ({ issuer, host, trustedProxies }) =>
    warnIf(issuer?.startsWith('https://') && isLoopback(host) && trustedProxies === 0, {
      detail:
        'callers come through a proxy, because the issuer is an https:// address and the server listens on this machine only; now all of them seem to be one',
      remedy: 'set LATCHKEY_TRUSTED_PROXIES (docs/deployment.md)',
    }),
  ({ issuer, metrics, metricsToken }) =>
    warnIf(issuer?.startsWith('https://') && metrics && metricsToken === undefined, {
      detail:
        'a proxy on this machine that does not say whom it forwards opens /metrics to everybody',
      remedy: 'set LATCHKEY_METRICS_TOKEN, or LATCHKEY_METRICS=off',
    }),
  ({ corsOrigins }) =>
    warnIf(corsOrigins.has('*'), {
      detail: 'pages of every origin may call this server',
      remedy: 'name yours in LATCHKEY_CORS_ORIGINS',
    }),
]

type Words = Omit<Advice, 'verdict'>

function warnIf(isSo: boolean | undefined, words: Words): Advice | undefined {
  return isSo ? { verdict: 'warns', ...words } : undefined
}

function adviseIf(isSo: boolean | undefined, words: Words): Advice | undefined {
  return isSo ? { verdict: 'advises', ...words } : undefined
}

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
