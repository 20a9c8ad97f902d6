import { useState } from 'react'
import { Link } from 'wouter'
import { Loaded } from '../../ui/loaded.js'
import { Done } from '../../ui/notice.js'
import { Page } from '../../ui/page.js'
import { AddUser } from '../add-user.js'
import { type FullUser, useUsers } from '../api/users.js'
import { ChoiceFilter } from '../choice-filter.js'
import { useFilters } from '../filters.js'
import { placeOfUser, places } from '../places.js'
import { say } from '../say.js'
import { TextFilter } from '../text-filter.js'
import { UserResults } from '../user-results.js'

const names = ['search', 'disabled', 'email_verified', 'scope'] as const

export default function Users() {
  const [filters, change] = useFilters(names)
  const [isAdding, setAdding] = useState(false)
  const [added, setAdded] = useState<FullUser>()
  // The server takes two characters or more.
  const isShort = [...filters.search].length === 1
  const users = useUsers(isShort ? { ...filters, search: '' } : filters)
  return (
    <Page title={say('usersTitle')}>
      {added !== undefined && <Added key={added.id} user={added} />}
      <div className="actions">
        <button type="button" onClick={() => setAdding(true)}>
          {say('userAdd')}
        </button>
        <Link href={places.userImport}>{say('importTitle')}</Link>
        <Link href={places.invitations}>{say('invitationsTitle')}</Link>
      </div>
      <form className="filters" onSubmit={(event) => event.preventDefault()}>
        <TextFilter
          label={say('usersSearch')}
          value={filters.search}
          onChange={(search) => change({ search })}
          hint={isShort ? say('usersSearchShort') : undefined}
        />
        <ChoiceFilter
          label={say('userState')}
          value={filters.disabled}
          choices={[
            ['', say('usersAll')],
            ['false', say('userActive')],
            ['true', say('userDisabled')],
          ]}
          onChange={(disabled) => change({ disabled })}
        />
        <ChoiceFilter
          label={say('email')}
          value={filters.email_verified}
          choices={[
            ['', say('usersAll')],
            ['true', say('verified')],
            ['false', say('unverified')],
          ]}
          onChange={(verified) => change({ email_verified: verified })}
        />
        <TextFilter
          label={say('usersScope')}
          value={filters.scope}
          onChange={(scope) => change({ scope })}
        />
      </form>
      <Loaded query={users} lines={8}>
        {() => (
          <UserResults
            key={JSON.stringify(filters)}
            list={users}
            isFiltered={Object.values(filters).some(Boolean)}
            onClear={() => change(Object.fromEntries(names.map((name) => [name, ''])))}
          />
        )}
      </Loaded>
      {isAdding && (
        <AddUser
          onClose={() => setAdding(false)}
          onAdded={(user) => {
            setAdding(false)
            setAdded(user)
            void users.refetch()
          }}
        />
      )}
    </Page>
  )
}

function Added({ user: { id, username, email } }: { readonly user: FullUser }) {
  return (
    <Done>
      {say(email === null ? 'userAdded' : 'userAddedAndMailed', { email: email ?? '' })}{' '}
      <Link href={placeOfUser(id)}>
        <bdi>{username}</bdi>
      </Link>
    </Done>
  )
}
