import { open } from 'node:fs/promises'
import {
  type FirebaseParameters,
  parseFirebaseParameters,
} from '../core/passwords/translate/firebase.js'
import type { System } from './systems/system.js'

/**
 * Reads the parameters of a system's hashes, which are the same for all.
 *
 * @throws Error (by rejection) where they can't be read, or the system has none
 */
export async function readHashConfig(
  path: string,
  { title, hasHashConfig }: System,
): Promise<FirebaseParameters> {
  if (!hasHashConfig) throw new Error(`The hashes of ${title} need no parameters`)
  const found = parseFirebaseParameters(await beginningOf(path))
  if ('fault' in found) throw new Error(`${path}: ${found.fault}`)
  return found
}

/** It is ten lines long, whatever somebody names by mistake. */
async function beginningOf(path: string): Promise<string> {
  const file = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(longest), 0, longest, 0)
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await file.close()
  }
}

/** Bytes. */
const longest = 16 * 1024
