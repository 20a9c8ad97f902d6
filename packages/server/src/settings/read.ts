import { readFileSync } from 'node:fs'
import { distance } from 'fastest-levenshtein'
import { isLoopback } from '../loopback.js'
import {
  environmentName,
  type Setting,
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
  const found = gather(environment, options, faults)
  const parsed = Object.fromEntries(
    settingKeys.map((key) => [key, parse(key, found, faults)]),
  ) as Settings
  const production = environment.NODE_ENV === 'production'
  faults.push(...judgeTogether(mode, production, parsed, found))
  if (faults.length > 0) throw new SettingsError(faults)
  return parsed
}

interface Given {
  /** As its author wrote it: LATCHKEY_PORT, PORT, or an option's key. */
  name: string
  text: string
}
type Found = ReadonlyMap<SettingKey, Given>

function gather(environment: Environment, options: SettingOptions, faults: string[]): Found {
  const found = new Map<SettingKey, Given>()
  for (const key of settingKeys) {
    const name = environmentName(key)
    const given =
      optionGiven(key, options, faults) ??
      environmentGiven(name, settings[key], environment, faults)
    if (given !== undefined) found.set(key, given)
  }
  if (!found.has('port') && environment.PORT !== undefined && environment.PORT !== '') {
    found.set('port', { name: 'PORT', text: environment.PORT })
  }
  return found
}

function optionGiven(
  key: SettingKey,
  options: SettingOptions,
  faults: string[],
): Given | undefined {
  const file = options[`${key}File`]
  if (file !== undefined) return fromFile(`${key}File`, String(file), faults)
  const option = options[key]
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
  if (direct !== '' && file !== '') {
    faults.push(`${name} and ${name}_FILE are both given; only one can hold.`)
  }
  if (file !== '') return fromFile(`${name}_FILE`, file, faults)
  return direct === '' ? undefined : { name, text: direct }
}

function fromFile(name: string, path: string, faults: string[]): Given | undefined {
  try {
    return { name, text: readFileSync(path, 'utf8').trim() }
  } catch {
    faults.push(`${name} names the file "${path}", which can't be read.`)
    return undefined
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
  }
  const text = given?.text ?? setting.fallback
  if (text === undefined) return undefined
  const value = setting.value.parse(text)
  if (!(value instanceof Fault)) return value as Settings[Key]
  const shown = setting.secret || given === undefined ? '' : ` is ${JSON.stringify(given.text)} but`
  faults.push(`${given?.name ?? environmentName(key)}${shown} ${value.text}.`)
  return undefined
}

function* judgeTogether(
  mode: Mode,
  production: boolean,
  parsed: Settings,
  found: Found,
): Iterable<string> {
  const name = (key: SettingKey) =>
    found.get(key)?.name ?? (mode === 'embedded' ? key : environmentName(key))
  const mustBeGiven = mode === 'serve' || (mode === 'embedded' && production)
  for (const key of ['issuer', 'secretKey'] as const) {
    if (mustBeGiven && !found.has(key)) {
      yield `${name(key)} is required. ${settings[key].help}`
    }
  }
  if (parsed.signingAlgorithm === 'HS256' && !found.has('hs256Secret')) {
    yield `${name('hs256Secret')} is required with ${name('signingAlgorithm')} HS256.`
  }
  if (mode !== 'demo') return
  if (production)
    yield 'The demo has a user whose password everybody knows: it does not start with NODE_ENV=production.'
  if (parsed.host !== undefined && !isLoopback(parsed.host)) {
    yield `${name('host')} is ${JSON.stringify(parsed.host)}, but the demo has a user whose password everybody knows: it listens on loopback only.`
  }
}

function* unknownNames(environment: Environment): Iterable<string> {
  for (const [name, text] of Object.entries(environment)) {
    if (!name.startsWith('LATCHKEY_') || name.startsWith('LATCHKEY_TEST_')) continue
    if (madeByKubernetes(name, text) || isSettingName(name)) continue
    const names = settingKeys.map(environmentName)
    yield `${name} is not a setting; did you mean ${nearest(name, names)}?`
  }
}

function* unknownOptions(options: SettingOptions): Iterable<string> {
  for (const name of Object.keys(options)) {
    const bare = name.replace(/File$/, '')
    const key = settingKeys.find((known) => known === name || known === bare)
    if (key === undefined)
      yield `${name} is not a setting; did you mean ${nearest(name, settingKeys)}?`
    else if (key !== name && !settings[key].secret) yield `${name}: only secrets come from files.`
  }
}

function isSettingName(name: string): boolean {
  return settingKeys.some(
    (key) =>
      environmentName(key) === name ||
      (settings[key].secret && `${environmentName(key)}_FILE` === name),
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
