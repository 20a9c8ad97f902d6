import { hashChoiceForm, parseHashChoice } from '../core/passwords/hash-choice.js'
import { colour, logoFile } from './brand.js'
import { digestFile } from './digest-file.js'
import { encryptionKeyFile } from './encryption-key.js'
import { failureLimit, failureLimitOrOff } from './failure-limit.js'
import { mailFrom, smtpUrl } from './mail-server.js'
import { pageTextsFolder } from './page-texts.js'
import { type Setting, setting } from './setting.js'
import { trustedProxies } from './trusted-proxies.js'
import * as value from './values.js'

const table = {
  issuer: setting(value.issuer, {
    help: 'Who signs the tokens: the address under which clients reach this server. Required for `latchkey serve`; the demo and an embedded server use their loopback address.',
  }),
  audience: setting(value.text, {
    help: 'Whom the tokens are for. Without it: the issuer.',
  }),
  host: setting(value.text, {
    fallback: '127.0.0.1',
    help: 'The address to listen on.',
  }),
  port: setting(value.wholeNumber(0, 65_535), {
    fallback: '8000',
    help: 'The port to listen on; 0 takes a free one. `PORT` is read too, and `LATCHKEY_PORT` wins over it.',
  }),
  databaseUrl: setting(value.databaseUrl, {
    fallback: 'sqlite:./data/latchkey.db',
    secret: true,
    help: 'Where everything is kept: `sqlite:PATH` or `postgres://USER:PASSWORD@HOST/DATABASE`.',
  }),
  databaseReplicaUrl: setting(value.databaseUrl, {
    secret: true,
    help: 'A replica of a PostgreSQL database, for reads that may be a little old: the lists that admins see ([what goes there](postgres.md#a-replica-for-reads)). When it is away, the database itself answers.',
  }),
  secretKey: setting(value.secretKey, {
    secret: true,
    help: 'The master secret under which the signing keys are kept: 32 bytes or more in base64url or hex. Required for `latchkey serve`, and embedded in production; otherwise made once and kept as `secret.key` beside the database.',
  }),
  secretKeyPrevious: setting(value.secretKey, {
    secret: true,
    help: 'The master secret before the present one, while it is being changed: at the start all keys are brought under the present one, and nobody is signed out. `latchkey doctor` says when it can be removed.',
  }),
  signingAlgorithm: setting(value.oneOf('EdDSA', 'ES256', 'RS256', 'PS256', 'HS256'), {
    fallback: 'EdDSA',
    help: 'How tokens are signed. HS256 shares one secret with every service that checks tokens; prefer the others.',
  }),
  hs256Secret: setting(value.hs256Secret, {
    secret: true,
    help: 'The shared secret for HS256, taken as its UTF-8 bytes, 32 or more. Means nothing with another algorithm.',
  }),
  hs256SecretPrevious: setting(value.hs256Secret, {
    secret: true,
    help: 'The `LATCHKEY_HS256_SECRET` of before, while [keys take over from it](keys.md#from-hs256-to-keys): it signs until the first key has been published for `LATCHKEY_KEY_PUBLISH_AHEAD`, and its tokens are taken for as long as it is given. `latchkey doctor` says when it can be removed.',
  }),
  // Not less than the public keys may be kept by whoever reads them (checklist C06).
  keyPublishAhead: setting(value.duration('5m', '30d'), {
    fallback: '10m',
    help: 'How long a new key is published before it signs, so that all who check tokens have seen it by then.',
  }),
  keyRotateEvery: setting(value.durationOrOff('1d', '3650d'), {
    fallback: '90d',
    help: 'How old the signing key becomes before the next one is published; `off` leaves that to `latchkey key rotate`.',
  }),
  subject: setting(value.oneOf('id', 'username'), {
    fallback: 'id',
    help: "What a token's `sub` holds: the user's id, which never changes, or the username. With HS256, `username` makes the tokens that the tutorial's applications decode.",
  }),
  scopes: setting(value.scopeTable, {
    fallback: '',
    help: 'The scopes of your API and what each allows: `items:read=See the items; items:write=Change them`. When given, no other scope can be granted.',
  }),
  claims: setting(value.claimMapping, {
    fallback: '',
    help: "Claims that access tokens take from the user's metadata: `plan=admin_metadata.plan; locale=metadata.locale` ([how](claims.md)). Embedded, a function may make them.",
  }),
  accessTokenTtl: setting(value.duration('1s', '1d'), {
    fallback: '30m',
    help: 'How long an access token is good for.',
  }),
  refreshIdleTtl: setting(value.duration('1m', '365d'), {
    fallback: '30d',
    help: 'How long a session lasts without being used.',
  }),
  sessionTtl: setting(value.duration('1m', '3650d'), {
    fallback: '90d',
    help: 'How long a session lasts at most.',
  }),
  refreshGrace: setting(value.duration('0s', '10m'), {
    fallback: '30s',
    help: 'How long the refresh token before the present one is answered again.',
  }),
  statusTtl: setting(value.duration('1s', '5m'), {
    fallback: '5s',
    help: 'How soon services with a guard of their own learn of a sign-out.',
  }),
  auditTtl: setting(value.durationOrOff('1d', '3650d'), {
    fallback: '400d',
    help: 'How long entries of the audit log are kept: by default a year and a month, so that a yearly review sees all of its year. `off` keeps them for ever.',
  }),
  tokenEncryption: setting(encryptionKeyFile, {
    hidden: true,
    help: 'The file with the key that access tokens are [encrypted](encryption.md) for; without it they are signed only, and whoever sees one can read it. Whoever checks tokens needs the same key.',
  }),
  registration: setting(value.oneOf('open', 'invitation', 'closed'), {
    fallback: 'closed',
    help: 'Who may [register](accounts.md#registering): everybody, whom an admin has invited, or nobody. The demo has it `open`.',
  }),
  newUserScopes: setting(value.scopeList, {
    fallback: '',
    help: 'The scopes of users who register, parted by spaces: `items:read items:write`. An invitation may name others.',
  }),
  accountUrl: setting(value.issuer, {
    help: 'Where the pages are that links in mails lead to; by default `/account` under the issuer. Pages of your own take the token after `#token=`.',
  }),
  firstPartyClient: setting(value.onOff, {
    fallback: 'on',
    help: 'Whether a request without `client_id` is your own app, the built-in client `first-party`.',
  }),
  passwordGrant: setting(value.onOff, {
    fallback: 'on',
    help: 'Whether users may sign in with a username and a password at all.',
  }),
  webClient: setting(value.text, {
    help: 'The client that the [account pages](account-pages.md) use when the built-in one is off.',
  }),
  brandName: setting(value.text, {
    fallback: 'Latchkey',
    help: 'What the account pages call your service.',
  }),
  brandColor: setting(colour, {
    help: 'The colour of their buttons and links. Where text would be hard to read it is made darker or lighter.',
  }),
  brandLogo: setting(logoFile, {
    help: 'The picture at their top.',
  }),
  language: setting(value.languageCode, {
    fallback: 'en',
    help: 'Their language for readers of none of those that there are: `en`, `de`, and those in `LATCHKEY_PAGE_TEXTS`.',
  }),
  pageTexts: setting(pageTextsFolder, {
    help: 'Where [texts of your own](account-pages.md#texts-and-languages) for them are.',
  }),
  failuresPerName: setting(failureLimit, {
    fallback: '10/2h',
    help: 'How many failed sign-ins with one name go [unslowed](throttling.md), and in what time they are forgotten again, one after the other.',
  }),
  failuresPerNetwork: setting(failureLimitOrOff, {
    fallback: '100/1h',
    help: 'The same from one network: an IPv4 address, or an IPv6 /64. `off` where something else does that.',
  }),
  failuresOverall: setting(failureLimitOrOff, {
    fallback: '1000/10m',
    help: 'The same of all failed sign-ins together.',
  }),
  challenge: setting(value.oneOf('off', 'under-attack'), {
    fallback: 'off',
    help: 'Whether a sign-in that a network or everything together leaves no room for may [do some work instead of waiting](throttling.md#work-instead-of-waiting), which devices do by themselves: `under-attack`.',
  }),
  challengeWork: setting(value.wholeNumber(50_000, 2_500_000), {
    fallback: '500000',
    help: 'How much work that is on average, in iterations of PBKDF2.',
  }),
  mailsPerNetwork: setting(failureLimitOrOff, {
    fallback: '30/1h',
    help: 'How many links by mail and new accounts one network may ask for, and in what time.',
  }),
  passwordMinLength: setting(value.wholeNumber(8, 128), {
    fallback: '8',
    help: 'The fewest characters of a new password. NIST SP 800-63B-4 asks for 15 where there is no second factor.',
  }),
  breachedPasswords: setting(digestFile, {
    help: 'A file of passwords that are known from breaches, which nobody may choose then: SHA-1 digests as Have I Been Pwned offers them. It is searched on the disk ([how](passwords.md#breached-passwords)).',
  }),
  passwordHash: setting(
    {
      parse: (given) => parseHashChoice(given) ?? new value.Fault(`should be ${hashChoiceForm}`),
    },
    {
      fallback: 'argon2id',
      help: 'How new passwords are hashed: `argon2id` (19 MiB, 2 passes), `argon2id:m=65536,t=3,p=1`, or `bcrypt:12`. Hashes of another kind are replaced at the next sign-in.',
    },
  ),
  webauthnRpId: setting(value.text, {
    awaits: 'passkeys',
    help: 'The domain that passkeys are bound to.',
  }),
  webauthnOrigins: setting(value.text, {
    awaits: 'passkeys',
    help: 'The origins that may use passkeys.',
  }),
  smtpUrl: setting(smtpUrl, {
    secret: true,
    help: 'The [mail server](mail.md). By `smtp://` nothing is sent without STARTTLS, except on loopback or with `?starttls=off`. Without one no mail goes out.',
  }),
  mailFrom: setting(mailFrom, {
    help: 'The sender of mails. Required with `LATCHKEY_SMTP_URL`.',
  }),
  trustedProxies: setting(trustedProxies, {
    fallback: '0',
    help: 'The proxies in front of this server, which say [who called](deployment.md#behind-a-proxy): how many every request passes, or their addresses. With `0` no header is looked at.',
  }),
  forwardedHeader: setting(value.oneOf('x-forwarded-for', 'forwarded'), {
    fallback: 'x-forwarded-for',
    help: 'The header in which those proxies say it; the other is not looked at.',
  }),
  corsOrigins: setting(value.origins, {
    fallback: '',
    help: 'The origins whose pages may call this server, parted by commas: `https://app.example.com`. `*` allows all, and none of them the session cookie.',
  }),
  workers: setting(value.workers, {
    fallback: '1',
    help: 'How many processes serve, on the one port and the one database; `auto` for one a core.',
  }),
  maxConnections: setting(value.wholeNumber(100, 1_000_000), {
    fallback: '10000',
    help: 'How many connections a process has at a time; more are closed as they come. Embedded, the app decides.',
  }),
  keepAlive: setting(value.duration('5s', '1h'), {
    fallback: '72s',
    help: 'For how long a connection may be idle between two requests: longer than [the proxy in front](deployment.md#behind-a-proxy) keeps its own, or it sends into closed ones. Embedded, the app decides.',
  }),
  maxEventLoopDelay: setting(value.millisecondsOrOff(20, 60_000), {
    fallback: '1s',
    help: 'How late a process may be with its work before it turns sign-ins and registrations away by 503, so that everything else goes on ([how](deployment.md#too-much-to-do)); `off` for never.',
  }),
  drain: setting(value.duration('0s', '10m'), {
    fallback: '0s',
    help: 'For how long the server goes on serving after SIGTERM, while `/readyz` answers 503, so that a load balancer notices first. Behind one, `10s` or more; SIGINT does not wait.',
  }),
  console: setting(value.onOff, {
    fallback: 'on',
    help: 'Whether the [console](console.md) is there, at `/console`, for admins.',
  }),
  metrics: setting(value.onOff, {
    fallback: 'on',
    help: 'Whether [`GET /metrics`](monitoring.md) is there, for Prometheus.',
  }),
  metricsToken: setting(value.sharedSecret, {
    secret: true,
    help: 'What Prometheus presents at `/metrics` as its bearer token, 16 characters or more. Without it only callers on the same machine are answered.',
  }),
  logLevel: setting(value.oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'), {
    fallback: 'info',
    help: 'What is logged: that level and all above it.',
  }),
} as const

export type SettingKey = keyof typeof table
type ValueOf<Key extends SettingKey> = (typeof table)[Key] extends Setting<infer T> ? T : never
type Defaulted = {
  [Key in SettingKey]: (typeof table)[Key] extends { fallback: string } ? Key : never
}[SettingKey]

/** Every setting, parsed; undefined where it was not given and has no fixed default. */
export type Settings = {
  readonly [Key in SettingKey]: Key extends Defaulted ? ValueOf<Key> : ValueOf<Key> | undefined
}

type SecretKey = {
  [Key in SettingKey]: (typeof table)[Key] extends { secret: true } ? Key : never
}[SettingKey]

/**
 * Settings as an embedding app writes them: as in the environment, or as what the text stands for.
 * A secret may be named by its file: `secretKeyFile`.
 */
export type SettingOptions = {
  [Key in SettingKey | `${SecretKey}File`]?: string | number | boolean | undefined
}

export const settings: { readonly [Key in SettingKey]: Setting<ValueOf<Key>> } = table
export const settingKeys = Object.keys(table) as SettingKey[]

/** Whether it is never shown, and may come from a file. */
export function isSecret(key: SettingKey): key is SecretKey {
  return settings[key].secret === true
}

/** `databaseUrl` is `LATCHKEY_DATABASE_URL`. */
export function environmentName(key: string): string {
  return `LATCHKEY_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`
}
