import { existsSync, readFileSync } from 'node:fs'

const folder = new URL('../../../../shared/vectors/', import.meta.url)

/** Test data of others lies beside the project; where it does not, the tests that read it skip. */
export const vectorsAbsent = !existsSync(folder)

export function readVectors(path: string): string {
  return readFileSync(new URL(path, folder), 'utf8')
}
