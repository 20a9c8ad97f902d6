// A command line that asks for a password once: login, list, logout.
import { homedir } from 'node:os'
import { join } from 'node:path'
import { AuthError, createClient } from '@latchkey/client'
import { fileStorage } from '@latchkey/client/node'
import { askForPassword } from './ask.js'

const url = process.env.ISSUER ?? 'http://127.0.0.1:8000'
const file = process.env.SESSION_FILE ?? join(homedir(), '.config/latchkey-example/session.json')

const commands = {
  async login(auth, username = 'testuser') {
    await auth.login({ username, password: await askForPassword() })
    console.log(`Signed in as ${username}`)
  },
  async list(auth) {
    const response = await auth.fetch(`${url}/items/`)
    console.log(await response.text())
  },
  async logout(auth) {
    const heard = await auth.logout()
    console.log(heard ? 'Signed out' : 'Signed out here; the server could not be reached')
  },
}

const [name, ...words] = process.argv.slice(2)
try {
  if (!Object.hasOwn(commands, name))
    throw new Error('Usage: node items.js login [username] | list | logout')
  const storage = fileStorage(file)
  await commands[name](createClient({ url, storage }), ...words)
} catch (error) {
  const isSignedOut = error instanceof AuthError && error.code === 'signed_out'
  console.error(isSignedOut ? 'Nobody is signed in; run: node items.js login' : error.message)
  process.exitCode = 1
}
