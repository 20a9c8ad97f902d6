import type { ClientRow } from '../store/schema.js'
import { builtInScopes, isOnlyByName, parseScope } from './scopes.js'

interface Given {
  /** All that are defined, with what each allows. */
  defined: ReadonlyMap<string, string>
  /** What users get who register. */
  ofNewUsers: readonly string[]
  /** Some clients at least; `clientsAreAll` says whether these are all. */
  clients: readonly Pick<ClientRow, 'id' | 'scopes'>[]
  clientsAreAll: boolean
}

/** What there is to say of each scope, those included that are granted and defined nowhere. */
export function scopeRecords({ defined, ofNewUsers, clients, clientsAreAll }: Given) {
  const holders = new Map<string, string[]>()
  for (const { id, scopes } of clients) {
    for (const scope of parseScope(scopes)) holders.set(scope, [...(holders.get(scope) ?? []), id])
  }
  const others = [...new Set([...ofNewUsers, ...holders.keys()])].filter(
    (each) => !defined.has(each),
  )
  return [...defined.keys(), ...others.sort()].map((name) => ({
    name,
    allows: defined.get(name) ?? null,
    built_in: builtInScopes.has(name),
    only_by_name: isOnlyByName(name),
    of_everybody: name === 'account',
    of_new_users: ofNewUsers.includes(name),
    clients: holders.get(name)?.slice(0, mostClients) ?? [],
    clients_are_all: clientsAreAll && (holders.get(name)?.length ?? 0) <= mostClients,
  }))
}

/** That are named for one scope. */
const mostClients = 100
