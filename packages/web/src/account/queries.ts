import { useQuery } from '@tanstack/react-query'
import { listSessions, readAccount } from '../api/account.js'

export const accountKey = ['account'] as const
export const sessionsKey = ['sessions'] as const

export function useAccount() {
  return useQuery({ queryKey: accountKey, queryFn: readAccount })
}

export function useSessions() {
  return useQuery({ queryKey: sessionsKey, queryFn: listSessions })
}
