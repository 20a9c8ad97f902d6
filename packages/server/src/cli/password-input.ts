import { text } from 'node:stream/consumers'

/**
 * Reads a password from a prompt, or from standard input where that is no terminal; never from an
 * argument, which every user of the machine could see (checklist L02).
 *
 * @throws Error if none was given
 */
export async function readPassword(question: string): Promise<string> {
  const password = process.stdin.isTTY ? await ask(question) : await readInput()
  if (password === '') throw new Error('No password was given.')
  return password
}

async function ask(message: string): Promise<string> {
  const { isCancel, password } = await import('@clack/prompts')
  const answer = await password({ message })
  return isCancel(answer) ? '' : (answer ?? '')
}

/** The line's end belongs to `echo`, not to the password. */
async function readInput(): Promise<string> {
  return (await text(process.stdin)).replace(/\r?\n$/, '')
}
