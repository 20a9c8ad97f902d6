import { claimName, isReserved } from './claim-names.js'
import type { Json, JsonMembers } from './metadata.js'

/** Where a claim's value is found in a user's metadata. */
export interface MetadataPath {
  readonly root: 'metadata' | 'admin_metadata'
  /** Names, each within the one before. */
  readonly path: readonly string[]
}

/** Claims by their names. */
export type ClaimMapping = ReadonlyMap<string, MetadataPath>

/** Reads `plan=admin_metadata.plan; locale=metadata.locale`; a text is what is wrong with it. */
export function parseClaimMapping(given: string): ClaimMapping | string {
  const mapping = new Map<string, MetadataPath>()
  for (const entry of given.split(';').map((part) => part.trim())) {
    if (entry === '') continue
    const [name = '', path = '', ...more] = entry.split('=').map((part) => part.trim())
    const found = pathOf(path)
    if (!claimName.test(name) || found === undefined || more.length > 0) return form
    if (isReserved(name)) return `can not name the claim ${name}, which tokens have a meaning for`
    if (mapping.has(name)) return `names the claim ${name} twice`
    mapping.set(name, found)
  }
  return mapping.size > mostClaims ? `names more than ${mostClaims} claims` : mapping
}

export function valueAt(members: JsonMembers, path: readonly string[]): Json | undefined {
  let value: Json = members
  for (const name of path) {
    if (!isMembers(value) || !Object.hasOwn(value, name)) return undefined
    value = value[name] ?? null
  }
  return value
}

const form =
  'should be "claim=metadata.member; other=admin_metadata.member.member", with three names to a path at most'

const mostClaims = 32

function pathOf(text: string): MetadataPath | undefined {
  const [root, ...path] = text.split('.')
  if (root !== 'metadata' && root !== 'admin_metadata') return undefined
  const isPath =
    path.length >= 1 && path.length <= 2 && path.every((name) => /^[\w-]{1,64}$/.test(name))
  return isPath ? { root, path } : undefined
}

function isMembers(value: Json): value is JsonMembers {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
