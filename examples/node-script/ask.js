import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'

/** In the terminal without showing it, or one line of what is piped in. */
export async function askForPassword() {
  process.stderr.write('Password: ')
  const nowhere = new Writable({ write: (_text, _encoding, done) => done() })
  const { stdin } = process
  const terminal = createInterface({ input: stdin, output: nowhere, terminal: stdin.isTTY })
  try {
    return await terminal.question('')
  } finally {
    terminal.close()
    process.stderr.write('\n')
  }
}
