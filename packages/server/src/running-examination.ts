import { attempt } from './attempt.js'
import { examineAudit } from './audit-examination.js'
import { Examination, type Finding, type Findings } from './core/examination.js'
import { examineDemoUser } from './demo-user-examination.js'
import type { Latchkey } from './latchkey.js'
import { examineNode } from './node-support.js'
import { examineOpen } from './open-examination.js'
import type { Environment } from './settings/read.js'
import { examineAccount, examineMail, examineSettings } from './settings-examination.js'
import { examineStore } from './store-examination.js'
import { version } from './version.js'

export interface Circumstances {
  /** Where the settings came from. */
  environment: Environment
  isDemo: boolean
}

/** What `latchkey doctor` finds, as a server that runs finds it of itself: for admins. */
export function openExamination(latchkey: Latchkey, circumstances: Circumstances): Examination {
  const { clock } = latchkey
  return new Examination({ clock, look: () => examineRunning(latchkey, circumstances) })
}

async function examineRunning(latchkey: Latchkey, circumstances: Circumstances): Promise<Findings> {
  const { store, settings, clock } = latchkey
  const { environment, isDemo } = circumstances
  return {
    findings: [
      examineNode(process.version, clock()),
      ...examineSettings(settings, environment),
      ...examineAccount(true),
      await examineMailing(latchkey),
      ...(await examineStore(store, 'quick')),
      ...(await examineOpen(latchkey)),
      ...(isDemo ? [] : await examineUsers(latchkey)),
      ...(await examineAudit(latchkey, { newest: newestSeals })),
    ],
    leftOut: [
      `Seals of the audit log before the newest ${newestSeals}`,
      ...(store.engine === 'SQLite' ? ['Whether each page of the database file is whole'] : []),
    ],
    version,
    node: process.version,
    engine: store.engine,
    databaseSize: await store.size().catch(() => undefined),
    uptime: process.uptime(),
  }
}

/** Milliseconds for a mail server: somebody waits for the answer. */
const patience = 5_000

/** Of at most a thousand entries each. */
const newestSeals = 10

async function examineMailing({ mails, settings }: Latchkey): Promise<Finding> {
  if (!mails.areShown) return examineMail(settings, patience)
  const detail = 'no mail server is set: mails are kept here, to be read by admins'
  return { check: 'mail', verdict: 'holds', detail }
}

async function examineUsers(latchkey: Latchkey): Promise<Finding[]> {
  const found = await attempt('users', () => examineDemoUser(latchkey))
  return 'verdict' in found ? [found] : found
}
