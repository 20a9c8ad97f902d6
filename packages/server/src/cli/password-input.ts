import { isUtf8 } from 'node:buffer'
import { buffer } from 'node:stream/consumers'

/**
 * Reads a new password from a prompt, twice, or from standard input where that is no terminal; never
 * from an argument, which every user of the machine could see (checklist L02).
 *
 * @throws Error if none was given
 */
export async function readNewPassword(question: string): Promise<string> {
  const password = process.stdin.isTTY ? await askTwice(question) : await readInput()
  if (password === '') throw new Error('No password was given.')
  return password
}

async function askTwice(question: string): Promise<string> {
  const password = await ask(question)
  if (password === '') return ''
  if ((await ask('The same again')) === password) return password
  throw new Error('The two passwords differ; nothing was changed.')
}

/** Standard output is for the answer alone. */
async function ask(message: string): Promise<string> {
  const { isCancel, password } = await import('@clack/prompts')
  const answer = await password({ message, output: process.stderr })
  return isCancel(answer) ? '' : (answer ?? '')
}

/** The line's end belongs to `echo`, not to the password. */
async function readInput(): Promise<string> {
  const bytes = await buffer(process.stdin)
  // Decoded all the same, it would become another password than the one that was typed.
  if (!isUtf8(bytes)) throw new Error('The password on standard input is not in UTF-8.')
  return bytes.toString('utf8').replace(/\r?\n$/, '')
}
