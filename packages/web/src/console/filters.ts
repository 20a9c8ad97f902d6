import { useLocation, useSearch } from 'wouter'
import { type Filters, queryOf } from './api/pages.js'

/** What is filtered by, as the address has it, so that a page can be loaded again and shared; and how to change it. */
export function useFilters<Name extends string>(
  names: readonly Name[],
): [filters: Readonly<Record<Name, string>>, change: (changed: Filters) => void] {
  const given = new URLSearchParams(useSearch())
  const [path, navigate] = useLocation()
  const filters = Object.fromEntries(names.map((name) => [name, given.get(name) ?? '']))
  const change = (changed: Filters) =>
    navigate(`${path}${queryOf({ ...filters, ...changed })}`, { replace: true })
  return [filters as Readonly<Record<Name, string>>, change]
}
