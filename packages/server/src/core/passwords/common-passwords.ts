import { fold } from '../names.js'

/**
 * Whether a password is among the 49,233 that people choose most (checklist G04), whatever its case
 * and width. The list is read when it is first asked for: it takes 80 ms, which no start should pay.
 */
export async function isCommonPassword(password: string): Promise<boolean> {
  loading ??= load()
  return (await loading).has(fold(password))
}

let loading: Promise<ReadonlySet<string>> | undefined

async function load(): Promise<ReadonlySet<string>> {
  const { dictionary } = await import('@zxcvbn-ts/language-common')
  return new Set(dictionary['passwords-common'].map(fold))
}
