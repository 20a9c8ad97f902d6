import { advise, secretsForEveryone, secretsInEnvironment } from './advice.js'
import { attempt } from './attempt.js'
import { mailTransport, noMailServer } from './mailing.js'
import type { Environment } from './settings/read.js'
import type { Settings } from './settings/settings.js'
import type { Check } from './store/database.js'

/** What is allowed but not wise, and where secrets come from. */
export function examineSettings(settings: Settings, environment: Environment): Check[] {
  const check = 'secrets'
  const secrets = secretsInEnvironment(environment)
  return [
    ...advise(settings).map((each): Check => ({ check: 'settings', ...each })),
    ...(secrets.length === 0 ? [] : [inEnvironment(secrets)]),
    ...secretsForEveryone(environment).map((name): Check => {
      const detail = `${name} names a file that everyone on this machine can read`
      return { check, verdict: 'warns', detail, remedy: 'chmod o-r' }
    }),
  ]
}

function inEnvironment(secrets: readonly string[]): Check {
  const detail = `${secrets.join(', ')} from the environment; a file, by the same name with _FILE, is seen by fewer`
  return { check: 'secrets', verdict: 'holds', detail }
}

/** Checklist L04. @param isServer whether this process serves, or only looks */
export function examineAccount(isServer: boolean): Check[] {
  // Windows has no such numbers.
  if (process.getuid?.() !== 0) return []
  const who = isServer
    ? 'the server runs as root, so'
    : 'this runs as root, and if the server does too,'
  const detail = `${who} whatever is wrong with it is wrong with the whole machine`
  return [{ check: 'account', verdict: 'warns', detail, remedy: 'give it a user of its own' }]
}

/** @param patience milliseconds */
export async function examineMail(settings: Settings, patience?: number): Promise<Check> {
  const check = 'mail'
  const transport = mailTransport(settings, patience)
  if (transport === undefined) return { check, verdict: 'warns', ...noMailServer }
  const refused = await attempt(check, () => transport.verify()).finally(() => transport.close())
  if (refused !== undefined) return { ...refused, remedy: 'see docs/mail.md; mails wait meanwhile' }
  return { check, verdict: 'holds', detail: 'the mail server answers, and lets us in' }
}
