import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { type AuditFilters, readNewest } from '../api/audit.js'
import type { AuditEntry } from '../events.js'

export interface Following {
  /** What has come since, newest first, as far as it is shown. */
  readonly shown: readonly AuditEntry[]
  /** How many more there are, which wait while somebody reads further down. */
  readonly waiting: number
  readonly error: unknown
  show(): void
}

interface FollowingOptions {
  readonly filters: AuditFilters
  /** The list as it was read, newest first. */
  readonly known: readonly AuditEntry[] | undefined
  readonly isOn: boolean
  /** More has come than can be put above the list: it has to be read anew. */
  readonly onBehind: () => void
}

/**
 * What comes to a list while it is looked at. Entries appear above it at once while its top is in sight; otherwise
 * they wait, so that nothing moves under whoever reads.
 */
export function useFollowing({ filters, known, isOn, onBehind }: FollowingOptions): Following {
  const [came, setCame] = useState<readonly AuditEntry[]>([])
  const [count, setCount] = useState(0)
  const isAtTop = useIsAtTop()
  const newest = came[0] ?? known?.[0]
  const { data, error } = useQuery({
    queryKey: ['following', filters],
    queryFn: ({ signal }) => readNewest({ ...filters, from: soonBefore(newest) }, signal),
    enabled: isOn && known !== undefined,
    refetchInterval: lookEvery,
    gcTime: 0,
  })
  const fresh = data === undefined ? [] : unknownOf(data.entries, [...came, ...(known ?? [])])
  if (fresh.length > 0) setCame(inOrder([...fresh, ...came]))
  if (isAtTop && count !== came.length) setCount(came.length)
  const isBehind = data?.isWhole === false || came.length > mostAbove
  useEffect(() => {
    if (isBehind && isAtTop) onBehind()
  }, [isBehind, isAtTop, onBehind])
  return {
    shown: came.slice(came.length - count),
    waiting: came.length - count,
    error: isOn ? error : null,
    show: () => setCount(came.length),
  }
}

function useIsAtTop(): boolean {
  const [isAtTop, setAtTop] = useState(true)
  useEffect(() => {
    const look = () => setAtTop(globalThis.scrollY < topInSight)
    look()
    globalThis.addEventListener('scroll', look, { passive: true })
    return () => globalThis.removeEventListener('scroll', look)
  }, [])
  return isAtTop
}

/** Milliseconds. */
const lookEvery = 2_000
/** What was written down a moment before may be seen a moment later. */
const overlap = 15_000
const mostAbove = 1_000
/** Pixels. */
const topInSight = 200

function soonBefore(newest: AuditEntry | undefined): string {
  const at = newest === undefined ? Date.now() : Date.parse(newest.at)
  return new Date(at - overlap).toISOString()
}

function unknownOf(entries: readonly AuditEntry[], known: readonly AuditEntry[]): AuditEntry[] {
  const ids = new Set(known.map(({ id }) => id))
  return entries.filter(({ id }) => !ids.has(id))
}

function inOrder(entries: AuditEntry[]): AuditEntry[] {
  return entries.toSorted((one, other) => (one.at < other.at ? 1 : one.at > other.at ? -1 : 0))
}
