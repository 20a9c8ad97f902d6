import { accessSync, constants, existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, resolve } from 'node:path'
import pino from 'pino'
import { advise, secretsForEveryone, secretsInEnvironment } from './advice.js'
import { examineAudit } from './audit-examination.js'
import type { KeptHead } from './core/audit/chain.js'
import { examineDemoUser } from './demo-user-examination.js'
import { explain } from './explain.js'
import { type Latchkey, openLatchkey } from './latchkey.js'
import { mailTransport, noMailServer } from './mailing.js'
import { examineNode } from './node-support.js'
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
 * @param now milliseconds since 1970
 * @param keptHead of the audit log, as an earlier look has told it
 */
export async function examine(
  environment: Environment,
  now: number,
  keptHead?: KeptHead,
): Promise<Finding[]> {
  const settings = settingsOrFaults(environment)
  const node = examineNode(process.version, now)
  if (Array.isArray(settings)) return [...settings, node]
  return [
    node,
    { check: 'settings', verdict: 'holds', detail: 'all understood' },
    ...adviceForService(environment, settings),
    ...examineAccount(),
    await examineMail(settings),
    ...(await examineStorage(settings, keptHead)),
  ]
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
  for (const sentence of advise(settings, environment)) yield warn(sentence)
  const secrets = secretsInEnvironment(environment)
  if (secrets.length > 0) {
    const detail = `${secrets.join(', ')} from the environment; a file, by the same name with _FILE, is seen by fewer`
    yield { check: 'secrets', verdict: 'holds', detail }
  }
  for (const name of secretsForEveryone(environment)) {
    const detail = `${name} names a file that everyone on this machine can read: chmod o-r`
    yield { check: 'secrets', verdict: 'warns', detail }
  }
}

/** Checklist L04. */
function examineAccount(): Finding[] {
  // Windows has no such numbers.
  if (process.getuid?.() !== 0) return []
  const detail =
    'this runs as root: if the server does too, whatever is wrong with it is wrong with the whole machine; give it a user of its own'
  return [{ check: 'account', verdict: 'warns', detail }]
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
      ...(await examineDemoUser(opened)),
      ...(await examineClients(opened)),
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

/** Each app that asks for passwords is one more place where they can be lost */
async function examineClients({ clientRegistry }: Latchkey): Promise<Finding[]> {
  const check = 'clients'
  const page = await attempt(check, () => clientRegistry.list({ limit: 200 }))
  if ('verdict' in page) return [page]
  const asking = page.rows.filter(
    ({ grants, state }) => grants.split(' ').includes('password') && state === 'enabled',
  )
  if (asking.length < manyClients) return []
  const detail = `${asking.length} clients may ask users for their passwords (\`latchkey client list\`): leave the password grant to your own apps`
  return [{ check, verdict: 'warns', detail }]
}

const manyClients = 5

async function examineHashing({ passwords }: Latchkey): Promise<Finding> {
  const check = 'password hashing'
  const verdict = await attempt(check, async () => {
    const hash = await passwords.hash(check)
    const began = performance.now()
    // The first has started a thread.
    const { matches } = await passwords.verify(hash, check)
    return { matches, milliseconds: performance.now() - began }
  })
  if ('check' in verdict) return verdict
  if (!verdict.matches) return { check, verdict: 'fails', detail: 'a new hash does not verify' }
  return judgeHashTime(verdict.milliseconds, availableParallelism())
}

/** @param milliseconds that one hash took, on one of so many cores */
export function judgeHashTime(milliseconds: number, cores: number): Finding {
  const check = 'password hashing'
  const perSecond = (1000 / milliseconds) * cores
  const rate = perSecond < 10 ? perSecond.toFixed(1) : perSecond.toFixed(0)
  const detail = `a new hash verifies; one took ${milliseconds.toFixed(0)} ms, so about ${rate} people a second can sign in on ${cores} core${cores === 1 ? '' : 's'}`
  if (milliseconds < slowHash) return { check, verdict: 'holds', detail }
  const mend = 'lower the costs in LATCHKEY_PASSWORD_HASH, or give the server more of the processor'
  return { check, verdict: 'warns', detail: `${detail}: ${mend}` }
}

/** Milliseconds: a second is what people wait for a sign-in without noticing much. */
const slowHash = 1_000

async function attempt<T>(check: string, work: () => Promise<T>): Promise<T | Finding> {
  try {
    return await work()
  } catch (error) {
    return { check, verdict: 'fails', detail: explain(error) }
  }
}
