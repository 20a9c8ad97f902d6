import pino from 'pino'
import { type Latchkey, openLatchkey } from './latchkey.js'
import { type Environment, readSettings, SettingsError } from './settings/read.js'
import type { Settings } from './settings/settings.js'

/** One thing that was looked at. */
export interface Finding {
  check: string
  verdict: 'holds' | 'warns' | 'fails'
  detail: string
}

/** Looks at everything that must be right for the server to run; what stops one check does not stop the others. */
export async function examine(environment: Environment): Promise<Finding[]> {
  const settings = settingsOrFaults(environment)
  if (Array.isArray(settings)) return [...settings, nodeVersion()]
  return [
    nodeVersion(),
    { check: 'settings', verdict: 'holds', detail: 'all understood' },
    ...adviceForService(environment, settings),
    ...(await examineRunning(settings)),
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
      `passwords may be ${settings.passwordMinLength} characters short; NIST SP 800-63B-4 asks for 15 where there is no second factor`,
    )
  }
}

async function examineRunning(settings: Settings): Promise<Finding[]> {
  const opened = await attempt('database', () =>
    openLatchkey(settings, { log: pino({ level: 'silent' }) }),
  )
  if ('verdict' in opened) return [opened]
  try {
    const checks = await opened.store.examine()
    return [
      ...checks.map(
        ({ check, ok, detail }): Finding => ({
          check: `${opened.store.engine} ${check}`,
          verdict: ok ? 'holds' : 'fails',
          detail,
        }),
      ),
      await examineKeys(opened),
      await examineHashing(opened),
    ]
  } finally {
    await opened.close()
  }
}

async function examineKeys({ keys }: Latchkey): Promise<Finding> {
  const check = 'signing keys'
  await keys.loadPublic()
  const count = keys.list().length
  if (count === 0) return { check, verdict: 'holds', detail: 'none yet; made at the first start' }
  const loaded = await attempt(check, () => keys.load())
  return loaded ?? { check, verdict: 'holds', detail: `${count}, opened by the master secret` }
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
    return {
      check,
      verdict: 'fails',
      detail: error instanceof Error ? error.message : String(error),
    }
  }
}
