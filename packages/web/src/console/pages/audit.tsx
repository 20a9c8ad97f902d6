import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useState } from 'react'
import { Link } from 'wouter'
import { inWords } from '../../texts/faults.js'
import { Loaded } from '../../ui/loaded.js'
import { Fault } from '../../ui/notice.js'
import { Page } from '../../ui/page.js'
import { type AuditFilters, findUserId } from '../api/audit.js'
import { useList } from '../api/pages.js'
import { Entry } from '../audit/entry.js'
import { Export } from '../audit/export.js'
import { FilterBar, filterNames } from '../audit/filters.js'
import { useFollowing } from '../audit/following.js'
import type { AuditEntry } from '../events.js'
import { useFilters } from '../filters.js'
import { Listed } from '../list.js'
import { places } from '../places.js'
import { say } from '../say.js'

export default function Audit() {
  const [{ user, event, from, to }, change] = useFilters(filterNames)
  const found = useQuery({
    queryKey: ['user named', user],
    queryFn: async ({ signal }) => (await findUserId(user, signal)) ?? null,
    enabled: user !== '',
  })
  const others = {
    ...(event !== '' && { event }),
    ...(from !== '' && { from }),
    ...(to !== '' && { to }),
  }
  return (
    <Page title={say('nav_audit')}>
      <p>
        {say('auditChain')} <Link href={places.health}>{say('auditChainLink')}</Link>
      </p>
      <FilterBar values={{ user, event, from, to }} onChange={change} />
      {user === '' ? (
        <Log key={JSON.stringify(others)} filters={others} />
      ) : (
        <Loaded query={found} lines={8}>
          {(found) =>
            found === null ? (
              <p className="empty">{say('auditNobody', { name: user })}</p>
            ) : (
              <Log key={JSON.stringify([found, others])} filters={{ ...others, user_id: found }} />
            )
          }
        </Loaded>
      )}
    </Page>
  )
}

function Log({ filters }: { readonly filters: AuditFilters }) {
  const [isFollowed, setFollowed] = useState(false)
  const [reading, setReading] = useState(0)
  const queries = useQueryClient()
  const readAnew = useCallback(() => {
    void queries.resetQueries({ queryKey: [path] })
    setReading((before) => before + 1)
  }, [queries])
  return (
    <>
      <div className="actions">
        {filters.to === undefined && (
          <button
            type="button"
            className="secondary outline"
            aria-pressed={isFollowed}
            onClick={() => setFollowed(!isFollowed)}
          >
            {say(isFollowed ? 'auditPause' : 'auditFollow')}
          </button>
        )}
        <Export filters={filters} />
      </div>
      <Entries key={reading} filters={filters} isFollowed={isFollowed} onBehind={readAnew} />
    </>
  )
}

const path = 'admin/audit'

interface EntriesProps {
  readonly filters: AuditFilters
  readonly isFollowed: boolean
  readonly onBehind: () => void
}

function Entries({ filters, isFollowed: isOn, onBehind }: EntriesProps) {
  const list = useList<AuditEntry>(path, filters)
  const known = list.data?.pages.flatMap(({ items }) => items)
  const { shown, waiting, error, show } = useFollowing({ filters, known, isOn, onBehind })
  const showAll = () => {
    show()
    globalThis.scrollTo(0, 0)
  }
  return (
    <>
      <Fault>{error !== null && inWords(error)}</Fault>
      <div className="fresh" role="status">
        {waiting > 0 && (
          <button type="button" onClick={showAll}>
            {say('auditWaiting', { entries: waiting })}
          </button>
        )}
      </div>
      {shown.length > 0 && <Told entries={shown} label={say('auditNew')} />}
      <Listed list={list} empty={shown.length === 0 && <p>{say('auditEmpty')}</p>}>
        {(items) => <Told entries={items} label={say('nav_audit')} />}
      </Listed>
    </>
  )
}

function Told({ entries, label }: { entries: readonly AuditEntry[]; label: string }) {
  return (
    <ol className="log" aria-label={label}>
      {entries.map((entry) => (
        <Entry key={entry.id} entry={entry} />
      ))}
    </ol>
  )
}
