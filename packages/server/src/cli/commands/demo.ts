import { randomBytes } from 'node:crypto'
import { Command } from 'commander'
import { demoUser } from '../../demo-user.js'
import type { Latchkey } from '../../latchkey.js'
import { readSettings } from '../../settings/read.js'
import type { Settings } from '../../settings/settings.js'
import { logger } from '../logger.js'
import { printLine } from '../output.js'
import { runServer } from '../run-server.js'

/** `latchkey demo`, which is what `npm start` runs. */
export function demoCommand(): Command {
  return new Command('demo')
    .description('run the server with a demo user, on this machine only')
    .action(demo)
}

const cli = { actor: 'cli' }

async function demo(): Promise<void> {
  const settings = readSettings('demo', process.env)
  const log = await logger(settings.logLevel)
  let admin: Admin | undefined
  const beforehand = async (latchkey: Latchkey) => {
    admin = await addDemoUsers(latchkey)
  }
  const announce = (address: string) => {
    for (const line of greeting(address, settings, admin)) printLine(line)
  }
  try {
    await runServer({ settings, log, demo: true, beforehand, announce })
  } catch (error) {
    // The next start finds the admin and can't say the password any more.
    if (admin) printLine(adminLine(admin))
    throw error
  }
}

interface Admin {
  username: string
  password: string
}

/** @returns the admin with the password that is told this once, if it was made now */
async function addDemoUsers({ users }: Latchkey): Promise<Admin | undefined> {
  if ((await users.find(demoUser.username)) === undefined) {
    const email = 'testuser@example.com'
    await users.add({ ...demoUser, email, emailVerified: true, pastPolicy: true }, cli)
  }
  if ((await users.find('admin')) !== undefined) return undefined
  const admin = { username: 'admin', password: randomBytes(12).toString('base64url') }
  await users.add({ ...admin, scopes: ['admin'] }, cli)
  return admin
}

function* greeting(
  address: string,
  { databaseUrl, smtpUrl }: Settings,
  admin: Admin | undefined,
): Iterable<string> {
  const { username, password } = demoUser
  yield ''
  const byName = address.replace('127.0.0.1', 'localhost')
  yield `Latchkey is listening on ${address}${byName === address ? '' : ` (and ${byName})`}`
  yield ''
  yield `  demo user   ${username} / ${password}  (made past the password policy, for this demo only)`
  if (admin) yield adminLine(admin)
  yield `  database    ${withoutPassword(databaseUrl)}`
  if (smtpUrl === undefined) {
    yield `  mails       ${byName}/console/mails  (not sent, kept for the admin to read: no mail server is set)`
  }
  yield `  account     ${byName}/account  (signed in by one click)`
  yield `  console     ${byName}/console  (for the admin)`
  yield `  try it      ${address}/docs`
  yield ''
  yield `  curl -X POST ${address}/token -d "username=${username}&password=${password}"`
  yield `  curl ${address}/users/me -H "Authorization: Bearer <access_token>"`
  yield ''
}

function adminLine({ username, password }: Admin): string {
  return `  admin       ${username} / ${password}  (shown this once)`
}

function withoutPassword(databaseUrl: string): string {
  if (databaseUrl.startsWith('sqlite:')) return databaseUrl.slice('sqlite:'.length)
  const url = new URL(databaseUrl)
  return `${url.protocol}//${url.host}${url.pathname}`
}
