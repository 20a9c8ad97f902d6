import { accessSync, constants, existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import pino from 'pino'
import { examineAudit } from './audit-examination.js'
import type { KeptHead } from './core/audit/chain.js'
import { explain } from './explain.js'
import { type Latchkey, openLatchkey } from './latchkey.js'
import { mailTransport, noMailServer } from './mailing.js'
import { type Environment, readSettings, SettingsError } from './settings/read.js'
import type { Settings } from './settings/settings.js'
import type { Check } from './store/database.js'
import { openStore, type Store } from './store/open.js'

/** One thing that was looked at. */
export type Finding = Check

/**
 * Looks at everything that must be right for the server to run; what stops one check does not stop
 * the others. It makes and changes nothing.
 *
 * @param keptHead of the audit log, as an earlier look has told it
 */
export async function examine(environment: Environment, keptHead?: KeptHead): Promise<Finding[]> {
  const settings = settingsOrFaults(environment)
  if (Array.isArray(settings)) return [...settings, nodeVersion()]
  return [
    nodeVersion(),
    { check: 'settings', verdict: 'holds', detail: 'all understood' },
    ...adviceForService(environment, settings),
    await examineMail(settings),
    ...(await examineStorage(settings, keptHead)),
  ]
}

function nodeVersion(): Finding {
  return { check: 'Node.js', verdict: 'holds', detail: process.version }
}

function settingsOrFaults(environment: Environment): Settings | Finding[] {
  try {
    return readSettings('command', environment)
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    return error.faults.map((detail) => ({ check: 'settings', verdict: 'fails', detail }))
  }
}

/** What `latchkey serve` would refuse, and what is allowed but not wise. */
function* adviceForService(environment: Environment, settings: Settings): Iterable<Finding> {
  const warn = (detail: string): Finding => ({ check: 'settings', verdict: 'warns', detail })
  try {
    readSettings('serve', environment)
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    for (const fault of error.faults) yield warn(`for latchkey serve: ${fault}`)
  }
  if (settings.issuer?.startsWith('http://')) {
    yield warn('the issuer is an http:// address: only this machine can use the server')
  }
  if (settings.passwordMinLength < 15) {
    yield warn(
      `passwords may be as short as ${settings.passwordMinLength} characters; NIST SP 800-63B-4 asks for 15 where there is no second factor`,
    )
  }
  if (settings.hs256Secret !== undefined && looksInvented(settings.hs256Secret)) {
    yield warn(
      'the secret for HS256 does not look random: whoever has one token can guess at it; `openssl rand -hex 32` prints a good one',
    )
  }
}

/** Checklist C04. Of 32 characters at random hardly any lot has no digit, or so few different ones. */
function looksInvented(secret: string): boolean {
  return !/\d/.test(secret) || new Set(secret).size < 10
}

async function examineMail(settings: Settings): Promise<Finding> {
  const check = 'mail'
  const transport = mailTransport(settings)
  if (transport === undefined) return { check, verdict: 'warns', detail: noMailServer }
  const refused = await attempt(check, () => transport.verify()).finally(() => transport.close())
  return refused ?? { check, verdict: 'holds', detail: 'the mail server answers, and lets us in' }
}

async function examineStorage(settings: Settings, keptHead?: KeptHead): Promise<Finding[]> {
  const check = 'database'
  const place = placeOfNewDatabase(settings.databaseUrl)
  if (place !== undefined) return [await examinePlace(check, place)]
  const url = settings.databaseReplicaUrl
  const replica = url === undefined ? undefined : { url, told: () => {} }
  const store = await attempt(check, () =>
    openStore(settings.databaseUrl, { migrate: false, replica }),
  )
  if ('verdict' in store) return [store]
  const findings = await examineStore(store).finally(() => store.close())
  if (findings.some((each) => each.check === check)) return findings
  // What is beyond reads tables, and opening it would make them.
  const isUpToDate = findings.some(
    ({ check, verdict }) => check.endsWith(' migrations') && verdict === 'holds',
  )
  return isUpToDate ? [...findings, ...(await examineOpen(settings, keptHead))] : findings
}

async function examineStore(store: Store): Promise<Finding[]> {
  const checks = await attempt('database', () => store.examine())
  if ('verdict' in checks) return [checks]
  const found = [...checks, ...(await examineReplica(store))]
  return found.map((each) => ({ ...each, check: `${store.engine} ${each.check}` }))
}

/** It may be away: then its reads go to the database itself. */
async function examineReplica(store: Store): Promise<Finding[]> {
  const found = await attempt('replica', () => store.examineReplica())
  if (!('verdict' in found)) return found
  return [{ ...found, verdict: 'warns', detail: `away, and done without: ${found.detail}` }]
}

/** The file of a database that is not there yet. */
function placeOfNewDatabase(databaseUrl: string): string | undefined {
  const [, path] = /^sqlite:(.+)$/s.exec(databaseUrl) ?? []
  return path === undefined || path === ':memory:' || existsSync(path) ? undefined : resolve(path)
}

async function examinePlace(check: string, path: string): Promise<Finding> {
  const refused = await attempt(check, async () =>
    accessSync(nearestFolder(path), constants.W_OK | constants.X_OK),
  )
  return refused ?? { check, verdict: 'warns', detail: `${path} is made at the first start` }
}

function nearestFolder(path: string): string {
  const folder = dirname(path)
  return existsSync(folder) || folder === path ? folder : nearestFolder(folder)
}

async function examineOpen(settings: Settings, keptHead?: KeptHead): Promise<Finding[]> {
  const opened = await attempt('database', () =>
    openLatchkey(settings, { log: pino({ level: 'silent' }) }),
  )
  if ('verdict' in opened) return [opened]
  try {
    return [
      await examineKeys(opened),
      ...(await examineSecretChange(opened)),
      ...(await examineSharedSecret(opened)),
      await examineHashing(opened),
      ...(await examineAudit(opened, keptHead)),
    ]
  } finally {
    await opened.close()
  }
}

async function examineKeys({ keys, settings }: Latchkey): Promise<Finding> {
  const check = 'signing keys'
  if (settings.signingAlgorithm === 'HS256') {
    return { check, verdict: 'holds', detail: 'none needed: the secret for HS256 signs' }
  }
  await keys.loadPublic()
  const count = keys.ring.keys.length
  if (count === 0) return { check, verdict: 'holds', detail: 'none yet; made at the first start' }
  const loaded = await attempt(check, () => keys.load())
  return loaded ?? { check, verdict: 'holds', detail: `${count}, opened by the master secret` }
}

/** Whether the previous master secret is needed still. */
async function examineSecretChange({ settings, keyRotation }: Latchkey): Promise<Finding[]> {
  if (settings.secretKeyPrevious === undefined) return []
  const check = 'master secret'
  const counts = await attempt(check, () => keyRotation.countUnderPrevious())
  if ('check' in counts) return [counts]
  const { keys, mails } = counts
  const what =
    keys === 0
      ? mails === 0
        ? undefined
        : 'mails are'
      : keys === 1
        ? '1 key is'
        : `${keys} keys are`
  const detail =
    what === undefined
      ? 'all keys are under the present one: LATCHKEY_SECRET_KEY_PREVIOUS can be removed'
      : `${what} still under the previous one: a start of the server brings them under LATCHKEY_SECRET_KEY`
  return [{ check, verdict: 'warns', detail }]
}

/** Whether somebody can hold tokens still that the shared secret of before has signed. */
async function examineSharedSecret({ keys }: Latchkey): Promise<Finding[]> {
  if (!keys.followsSecret) return []
  const check = 'shared secret'
  const unread = await attempt(check, () => keys.loadPublic())
  if (unread !== undefined) return [unread]
  const { ring, now, tokenLife } = keys
  const [first] = ring.keys.filter(({ state }) => state !== 'retired')
  const end = first && first.row.signs_from + tokenLife
  const detail =
    end === undefined
      ? 'it signs until the server has started, and made the first key'
      : now < end
        ? `its last tokens are over at ${new Date(end).toISOString()}; whoever has it can make some until it is removed`
        : 'its tokens are over: LATCHKEY_HS256_SECRET_PREVIOUS can be removed'
  return [{ check, verdict: 'warns', detail }]
}

async function examineHashing({ passwords }: Latchkey): Promise<Finding> {
  const check = 'password hashing'
  const verdict = await attempt(check, async () =>
    passwords.verify(await passwords.hash(check), check),
  )
  if ('check' in verdict) return verdict
  return verdict.matches
    ? { check, verdict: 'holds', detail: 'a new hash verifies' }
    : { check, verdict: 'fails', detail: 'a new hash does not verify' }
}

async function attempt<T>(check: string, work: () => Promise<T>): Promise<T | Finding> {
  try {
    return await work()
  } catch (error) {
    return { check, verdict: 'fails', detail: explain(error) }
  }
}
