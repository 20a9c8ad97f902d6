import { useQuery } from '@tanstack/react-query'
import { ask } from '../../api/ask.js'

/** A client as admins see it; lifetimes in seconds, null for what the settings say. */
export interface Client extends ClientTerms {
  readonly id: string
  readonly confidential: boolean
  readonly disabled: boolean
  readonly created_at: string
}

/** What an admin says of a client. */
export interface ClientTerms {
  readonly name: string
  readonly grants: readonly Grant[]
  readonly scopes: readonly string[]
  readonly access_token_ttl: number | null
  readonly refresh_idle_ttl: number | null
  readonly session_ttl: number | null
}

export const grants = ['password', 'refresh_token', 'client_credentials'] as const
export type Grant = (typeof grants)[number]

export type NewClient = ClientTerms & Pick<Client, 'id' | 'confidential'>

export function useClient(id: string) {
  return useQuery({ queryKey: keyOf(id), queryFn: () => readClient(id) })
}

/** Of one client in what was asked for before. */
export function keyOf(id: string) {
  return ['admin/client', id] as const
}

async function readClient(id: string): Promise<Client> {
  return (await ask('GET', pathOf(id))).json()
}

/** @returns its secret; undefined for a public one */
export async function addClient(body: NewClient): Promise<string | undefined> {
  const answer = await ask('POST', 'admin/clients', { body })
  const { client_secret: secret }: { client_secret?: string } = await answer.json()
  return secret
}

export async function editClient(
  id: string,
  body: Partial<ClientTerms & Pick<Client, 'disabled'>>,
): Promise<Client> {
  return (await ask('PATCH', pathOf(id), { body })).json()
}

/** @param overlap seconds for which older secrets stay good @returns the new one */
export async function addSecret(id: string, overlap: number): Promise<string> {
  const answer = await ask('POST', `${pathOf(id)}/secrets`, { body: { overlap } })
  const { client_secret: secret }: { client_secret: string } = await answer.json()
  return secret
}

export async function removeClient(id: string): Promise<void> {
  await ask('DELETE', pathOf(id))
}

function pathOf(id: string): string {
  return `admin/clients/${encodeURIComponent(id)}`
}
