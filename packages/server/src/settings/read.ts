import { readFileSync } from 'node:fs'
import { distance } from 'fastest-levenshtein'
import { isLoopback } from '../loopback.js'
import type { Setting } from './setting.js'
import {
  environmentName,
  isSecret,
  type SettingKey,
  type SettingOptions,
  type Settings,
  settingKeys,
  settings,
} from './settings.js'
import { Fault } from './values.js'

/** How the server is run, which decides what may be left out. */
export type Mode = 'serve' | 'demo' | 'embedded' | 'command'

export type Environment = Readonly<Record<string, string | undefined>>

/** Every fault found, one sentence each. */
export class SettingsError extends Error {
  readonly faults: readonly string[]
  constructor(faults: readonly string[]) {
    super(`The settings are not right:\n${faults.map((fault) => `- ${fault}`).join('\n')}`)
    this.name = 'SettingsError'
    this.faults = faults
  }
}

/**
 * Reads all settings at once.
 *
 * @param environment where `LATCHKEY_...` names are looked up, and `PORT` and `NODE_ENV`
 * @param options what an embedding app gave in code; it wins over the environment
 * @throws SettingsError with every fault, never only the first
 */
export function readSettings(
  mode: Mode,
  environment: Environment,
  options: SettingOptions = {},
): Settings {
  const faults = [...unknownNames(environment), ...unknownOptions(options)]
  const found = gather(mode, environment, options, faults)
  const parsed = Object.fromEntries(
    settingKeys.map((key) => [key, parse(key, found, faults)]),
  ) as Settings
  const production = environment.NODE_ENV === 'production'
  faults.push(...judgeTogether({ mode, production, parsed, found }))
  if (faults.length > 0) throw new SettingsError(faults)
  return parsed
}

interface Given {
  /** As its author wrote it: LATCHKEY_PORT, PORT, or an option's key. */
  name: string
  /** Undefined where it was to come from a file that can't be read: a fault of its own, told already. */
  text: string | undefined
}
type Found = ReadonlyMap<SettingKey, Given>

function gather(
  mode: Mode,
  environment: Environment,
  options: SettingOptions,
  faults: string[],
): Found {
  const found = new Map<SettingKey, Given>()
  for (const key of settingKeys) {
    const name = environmentName(key)
    const given =
      optionGiven(key, options, faults) ??
      environmentGiven(name, settings[key], environment, faults)
    if (given !== undefined) found.set(key, given)
  }
  const { PORT = '' } = environment
  // In an app of one's own PORT is that app's, and need not even be a number.
  if (!found.has('port') && PORT !== '' && mode !== 'embedded') {
    found.set('port', { name: 'PORT', text: PORT })
  }
  if (mode === 'demo' && !found.has('registration')) {
    found.set('registration', { name: environmentName('registration'), text: 'open' })
  }
  return found
}

function optionGiven(
  key: SettingKey,
  options: SettingOptions,
  faults: string[],
): Given | undefined {
  const option = options[key]
  const file = isSecret(key) ? options[`${key}File`] : undefined
  if (option !== undefined && file !== undefined) faults.push(bothGiven(key, `${key}File`))
  if (file !== undefined) return fromFile(`${key}File`, String(file), faults)
  if (option === undefined) return undefined
  return { name: key, text: typeof option === 'boolean' ? (option ? 'on' : 'off') : String(option) }
}

/** An empty variable counts as not given: that is how compose files and shells leave one out. */
function environmentGiven(
  name: string,
  setting: Setting<unknown>,
  environment: Environment,
  faults: string[],
): Given | undefined {
  const direct = madeByKubernetes(name, environment[name]) ? '' : (environment[name] ?? '')
  const file = setting.secret ? (environment[`${name}_FILE`] ?? '') : ''
  if (direct !== '' && file !== '') faults.push(bothGiven(name, `${name}_FILE`))
  if (file !== '') return fromFile(`${name}_FILE`, file, faults)
  return direct === '' ? undefined : { name, text: direct }
}

function bothGiven(direct: string, file: string): string {
  return `${direct} and ${file} are both given; only one can hold.`
}

function fromFile(name: string, path: string, faults: string[]): Given {
  try {
    return { name, text: readFileSync(path, 'utf8').trim() }
  } catch {
    faults.push(`${name} names the file ${JSON.stringify(path)}, which can't be read.`)
    return { name, text: undefined }
  }
}

function parse<Key extends SettingKey>(
  key: Key,
  found: Found,
  faults: string[],
): Settings[Key] | undefined {
  const setting: Setting<unknown> = settings[key]
  const given = found.get(key)
  if (given !== undefined && setting.awaits !== undefined) {
    faults.push(`${given.name} belongs to ${setting.awaits}, which this version does not have yet.`)
    return undefined
  }
  const text = given === undefined ? setting.fallback : given.text
  if (text === undefined) return undefined
  const value = setting.value.parse(text)
  if (!(value instanceof Fault)) return value as Settings[Key]
  const unshown = setting.secret || setting.hidden || mayHoldPassword(text)
  const shown = unshown ? '' : ` is ${JSON.stringify(text)} but`
  faults.push(`${given?.name ?? environmentName(key)}${shown} ${value.text}.`)
  return undefined
}

/** `https://name:password@host` is no issuer, and no line of a log either. */
function mayHoldPassword(text: string): boolean {
  return text.includes('@')
}

interface Together {
  mode: Mode
  production: boolean
  parsed: Partial<Settings>
  found: Found
}

const whatIsMissing = {
  issuer: 'the https:// address under which clients reach this server',
  secretKey: '32 bytes or more in base64url or hex, such as `openssl rand -hex 32` prints',
  hs256Secret: '32 bytes or more, such as `openssl rand -hex 32` prints',
  smtpUrl: 'smtps://USER:PASSWORD@HOST:465 or smtp://USER:PASSWORD@HOST:587',
  mailFrom: 'the sender, such as no-reply@example.com',
}

function* judgeTogether({ mode, production, parsed, found }: Together): Iterable<string> {
  const name = (key: SettingKey) =>
    found.get(key)?.name ?? (mode === 'embedded' ? key : environmentName(key))
  const needsSecret = mode === 'serve' || (mode === 'embedded' && production)
  if (mode === 'serve' && !found.has('issuer')) {
    yield `${name('issuer')} is required: ${whatIsMissing.issuer}.`
  }
  if (needsSecret && !found.has('secretKey')) {
    yield `${name('secretKey')} is required: ${whatIsMissing.secretKey}.`
  }
  if (parsed.secretKeyPrevious !== undefined && !needsSecret && !found.has('secretKey')) {
    yield `${name('secretKey')} is required with ${name('secretKeyPrevious')}: it takes its place.`
  }
  if (parsed.signingAlgorithm === 'HS256' && !found.has('hs256Secret')) {
    yield `${name('hs256Secret')} is required with HS256: ${whatIsMissing.hs256Secret}.`
  }
  if (parsed.signingAlgorithm === 'HS256' && found.has('hs256SecretPrevious')) {
    yield `${name('hs256SecretPrevious')} is for when keys take over from HS256: ${name('signingAlgorithm')} should be EdDSA, ES256, RS256 or PS256.`
  }
  if (parsed.smtpUrl !== undefined && !found.has('mailFrom')) {
    yield `${name('mailFrom')} is required with ${name('smtpUrl')}: ${whatIsMissing.mailFrom}.`
  }
  if (parsed.mailFrom !== undefined && !found.has('smtpUrl')) {
    yield `${name('smtpUrl')} is required with ${name('mailFrom')}: ${whatIsMissing.smtpUrl}.`
  }
  if (parsed.workers !== undefined && parsed.workers > 1) {
    if (mode === 'embedded') {
      yield `${name('workers')} is for Latchkey as a program: an app decides itself how many processes it has.`
    }
    if (parsed.databaseUrl === 'sqlite::memory:') {
      yield `${name('workers')} is ${parsed.workers}, but processes can't share a database in memory.`
    }
  }
  for (const scope of parsed.newUserScopes ?? []) {
    const why = whyNotForEverybody(scope, parsed.scopes)
    if (why !== undefined) yield `${name('newUserScopes')} has ${JSON.stringify(scope)}, ${why}.`
  }
  if (parsed.databaseReplicaUrl !== undefined && hasNoReplicas(parsed)) {
    yield `${name('databaseReplicaUrl')} is for PostgreSQL: both it and ${name('databaseUrl')} should be postgres://...`
  }
  if (mode !== 'demo') return
  if (production) {
    yield 'The demo has a user whose password everybody knows: it does not start with NODE_ENV=production.'
  }
  if (parsed.host !== undefined && !isLoopback(parsed.host)) {
    yield `${name('host')} is ${JSON.stringify(parsed.host)}, but the demo has a user whose password everybody knows: it listens on loopback only.`
  }
}

/** Whoever registers is anybody: what only an admin grants is not for them. */
function whyNotForEverybody(scope: string, defined: Settings['scopes'] | undefined) {
  if (scope === 'admin' || scope === 'introspect') return 'which only an admin can grant'
  const isDefined = defined === undefined || defined.size === 0 || defined.has(scope)
  return isDefined || scope === 'account' ? undefined : 'which is not among the scopes'
}

function hasNoReplicas({ databaseUrl = '', databaseReplicaUrl = '' }: Partial<Settings>): boolean {
  return [databaseUrl, databaseReplicaUrl].some((url) => url.startsWith('sqlite:'))
}

function* unknownNames(environment: Environment): Iterable<string> {
  for (const [name, text] of Object.entries(environment)) {
    if (!name.startsWith('LATCHKEY_') || name.startsWith('LATCHKEY_TEST_')) continue
    if (madeByKubernetes(name, text) || isSettingName(name)) continue
    const names = settingKeys.map(environmentName)
    const bare = name.replace(/_FILE$/, '')
    yield names.includes(bare)
      ? `${name}: only secrets come from files; give ${bare} itself.`
      : `${name} is not a setting; did you mean ${nearest(name, names)}?`
  }
}

function* unknownOptions(options: SettingOptions): Iterable<string> {
  for (const name of Object.keys(options)) {
    const bare = name.replace(/File$/, '')
    const key = settingKeys.find((known) => known === name || known === bare)
    if (key === undefined) {
      yield `${name} is not a setting; did you mean ${nearest(name, settingKeys)}?`
    } else if (key !== name && !isSecret(key)) {
      yield `${name}: only secrets come from files; give ${key} itself.`
    }
  }
}

function isSettingName(name: string): boolean {
  return settingKeys.some(
    (key) =>
      environmentName(key) === name || (isSecret(key) && `${environmentName(key)}_FILE` === name),
  )
}

/** A Kubernetes service called "latchkey" puts names of its own into every container beside it. */
function madeByKubernetes(name: string, text: string | undefined): boolean {
  return (
    name.startsWith('LATCHKEY_SERVICE_') ||
    name.startsWith('LATCHKEY_PORT_') ||
    (name === 'LATCHKEY_PORT' && text !== undefined && text.startsWith('tcp://'))
  )
}

function nearest(name: string, known: readonly string[]): string {
  return known.reduce((best, next) => (distance(name, next) < distance(name, best) ? next : best))
}
