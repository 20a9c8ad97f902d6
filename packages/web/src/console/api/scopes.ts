import { useQuery } from '@tanstack/react-query'
import { ask } from '../../api/ask.js'

export interface Scope {
  readonly name: string
  readonly allows: string | null
  readonly built_in: boolean
  readonly only_by_name: boolean
  readonly of_everybody: boolean
  readonly of_new_users: boolean
  readonly clients: readonly string[]
  readonly clients_are_all: boolean
}

export interface Scopes {
  readonly items: readonly Scope[]
  /** Whether there is the built-in client, which may have all that its user has. */
  readonly first_party: boolean
}

export function useScopes() {
  return useQuery({
    queryKey: ['admin/scopes'],
    queryFn: async ({ signal }): Promise<Scopes> =>
      (await ask('GET', 'admin/scopes', { signal })).json(),
  })
}
