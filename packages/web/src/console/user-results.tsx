import { useEffect, useState } from 'react'
import { Link } from 'wouter'
import { inWords } from '../texts/faults.js'
import { Fault } from '../ui/notice.js'
import type { List } from './api/pages.js'
import type { FullUser } from './api/users.js'
import { inFigures } from './counts.js'
import { Moment } from './moment.js'
import { placeOfUser } from './places.js'
import { say } from './say.js'
import { Table } from './table.js'

interface UserResultsProps {
  readonly list: List<FullUser>
  readonly isFiltered: boolean
  /** Takes the filters away. */
  readonly onClear: () => void
}

/** Users that were found so far. Where few of many fit, the server answers pages with nobody on them: it is looked on. */
export function UserResults({ list, isFiltered, onClear }: UserResultsProps) {
  const pages = list.data?.pages ?? []
  const users = pages.flatMap(({ items }) => items)
  const [limit, setLimit] = useState(pagesAtOnce)
  const { hasNextPage, isFetching, isFetchNextPageError, fetchNextPage } = list
  const isThin = hasNextPage && users.length < fewest && !list.isPlaceholderData
  const looksOn = isThin && pages.length < limit && !isFetchNextPageError
  useEffect(() => {
    if (looksOn && !isFetching) void fetchNextPage()
  }, [looksOn, isFetching, fetchNextPage])
  return (
    <div aria-busy={list.isPlaceholderData}>
      {users.length > 0 && <Users users={users} />}
      {users.length === 0 && !hasNextPage && <Nobody isFiltered={isFiltered} onClear={onClear} />}
      <p role="status">
        {looksOn && pages.length > 1
          ? say('usersLooking', { count: inFigures(pages.length * usersOfPage) })
          : users.length > 0 &&
            say(hasNextPage ? 'usersShownSoFar' : 'usersShown', { count: inFigures(users.length) })}
      </p>
      {looksOn && pages.length > 1 && <progress aria-label={say('usersLookingOn')} />}
      <Fault>{isFetchNextPageError && inWords(list.error)}</Fault>
      {looksOn && pages.length > 1 && (
        <button type="button" className="secondary outline" onClick={() => setLimit(0)}>
          {say('stop')}
        </button>
      )}
      {hasNextPage && !looksOn && (
        <button
          type="button"
          className="secondary outline"
          aria-disabled={isFetching}
          {...(isFetching && { 'aria-busy': true as const })}
          onClick={() => {
            setLimit(pages.length + pagesAtOnce)
            if (!isFetching) void fetchNextPage()
          }}
        >
          {say(isThin ? 'usersLookOn' : 'showMore')}
        </button>
      )}
    </div>
  )
}

/** Of a page that has few or nobody on it the server has looked at so many. */
const usersOfPage = 5000
/** A million users take a while: then somebody is asked whether to look on. */
const pagesAtOnce = 60
/** So many are enough to look at. */
const fewest = 25

function Users({ users }: { readonly users: readonly FullUser[] }) {
  const columns = [
    ...[say('username'), say('email'), say('scopesColumn'), say('userState')],
    say('createdColumn'),
  ]
  return (
    <Table label={say('usersTitle')} columns={columns}>
      {users.map((user) => (
        <Row key={user.id} user={user} />
      ))}
    </Table>
  )
}

function Row({ user }: { readonly user: FullUser }) {
  const { id, username, email, scopes, disabled, created_at: createdAt } = user
  return (
    <tr>
      <th scope="row">
        <Link href={placeOfUser(id)}>
          <bdi>{username}</bdi>
        </Link>
      </th>
      <td>
        {email !== null && (
          <>
            <bdi>{email}</bdi>{' '}
            <span className={user.email_verified ? 'tag good' : 'tag'}>
              {say(user.email_verified ? 'verified' : 'unverified')}
            </span>
          </>
        )}
      </td>
      <td>{scopes.join(' ')}</td>
      <td>
        {disabled ? <span className="tag bad">{say('userDisabled')}</span> : say('userActive')}
      </td>
      <td>
        <Moment time={createdAt} />
      </td>
    </tr>
  )
}

function Nobody({ isFiltered, onClear }: Omit<UserResultsProps, 'list'>) {
  if (!isFiltered) return <p className="empty">{say('usersEmpty')}</p>
  return (
    <div className="empty">
      <p>{say('usersNobody')}</p>
      <ul>
        <li>{say('usersTryParts')}</li>
        <li>{say('usersTryFilters')}</li>
        <li>{say('usersTryAudit')}</li>
      </ul>
      <button type="button" className="secondary" onClick={onClear}>
        {say('usersClear')}
      </button>
    </div>
  )
}
