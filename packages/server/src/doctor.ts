import { accessSync, constants, existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import pino from 'pino'
import { attempt } from './attempt.js'
import { examineAudit } from './audit-examination.js'
import type { KeptHead } from './core/audit/chain.js'
import { examineDemoUser } from './demo-user-examination.js'
import { openLatchkey } from './latchkey.js'
import { examineNode } from './node-support.js'
import { examineOpen } from './open-examination.js'
import { type Environment, readSettings, SettingsError } from './settings/read.js'
import type { Settings } from './settings/settings.js'
import { examineAccount, examineMail, examineSettings } from './settings-examination.js'
import type { Check } from './store/database.js'
import { openStore } from './store/open.js'
import { examineStore } from './store-examination.js'

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
    ...faultsForService(environment),
    ...examineSettings(settings, environment),
    ...examineAccount(false),
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

/** What `latchkey serve` would refuse. */
function* faultsForService(environment: Environment): Iterable<Finding> {
  try {
    readSettings('serve', environment)
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    for (const fault of error.faults) {
      yield { check: 'settings', verdict: 'warns', detail: `for latchkey serve: ${fault}` }
    }
  }
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
  const findings = await examineStore(store, 'whole').finally(() => store.close())
  if (findings.some((each) => each.check === check)) return findings
  // What is beyond reads tables, and opening it would make them.
  const isUpToDate = findings.some(
    ({ check, verdict }) => check.endsWith(' migrations') && verdict === 'holds',
  )
  return isUpToDate ? [...findings, ...(await examineOpened(settings, keptHead))] : findings
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

async function examineOpened(settings: Settings, keptHead?: KeptHead): Promise<Finding[]> {
  const opened = await attempt('database', () =>
    openLatchkey(settings, { log: pino({ level: 'silent' }) }),
  )
  if ('verdict' in opened) return [opened]
  try {
    return [
      ...(await examineOpen(opened)),
      ...(await examineDemoUser(opened)),
      ...(await examineAudit(opened, { kept: keptHead })),
    ]
  } finally {
    await opened.close()
  }
}
