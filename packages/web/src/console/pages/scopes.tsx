import { Link } from 'wouter'
import { Loaded } from '../../ui/loaded.js'
import { Page } from '../../ui/page.js'
import { queryOf } from '../api/pages.js'
import { type Scope, useScopes } from '../api/scopes.js'
import { placeOfClient, places } from '../places.js'
import { say } from '../say.js'
import { Table } from '../table.js'

export default function Scopes() {
  const scopes = useScopes()
  const columns = [
    say('scopeColumn'),
    say('scopeAllowsColumn'),
    say('scopeWhoColumn'),
    say('nav_clients'),
    say('nav_users'),
  ]
  return (
    <Page title={say('nav_scopes')}>
      <p>{say('scopesIntro')}</p>
      <Loaded query={scopes} lines={8}>
        {({ items, first_party: hasFirstParty }) => (
          <>
            <Table label={say('nav_scopes')} columns={columns}>
              {items.map((scope) => (
                <Row key={scope.name} scope={scope} />
              ))}
            </Table>
            {hasFirstParty && <p>{say('scopesFirstParty')}</p>}
            {items.every(({ built_in: isBuiltIn }) => isBuiltIn) && <p>{say('scopesUndefined')}</p>}
          </>
        )}
      </Loaded>
    </Page>
  )
}

function Row({ scope }: { readonly scope: Scope }) {
  const { name, allows, clients, clients_are_all: areAll } = scope
  return (
    <tr>
      <th scope="row">
        <bdi>{name}</bdi>
      </th>
      <td>
        {allows === null ? (
          say('scopeNotDefined')
        ) : (
          // In the operator's words, or for the built-in ones in the server's.
          <bdi {...(scope.built_in && { lang: 'en' })}>{allows}</bdi>
        )}
      </td>
      <td>
        <Who scope={scope} />
      </td>
      <td>
        {clients.length === 0 && areAll ? (
          say('none')
        ) : (
          <ul className="plain">
            {clients.map((id) => (
              <li key={id}>
                <Link href={placeOfClient(id)}>{id}</Link>
              </li>
            ))}
            {!areAll && <li>{say('andMore')}</li>}
          </ul>
        )}
      </td>
      <td>
        <Link
          href={scope.of_everybody ? places.users : `${places.users}${queryOf({ scope: name })}`}
          aria-label={say('scopeUsersOf', { scope: name })}
        >
          {say('scopeUsers')}
        </Link>
      </td>
    </tr>
  )
}

/** Who has it without anybody's doing, and where it has to be asked for. */
function Who({ scope }: { readonly scope: Scope }) {
  const parts = [
    scope.of_everybody && say('scopeOfEverybody'),
    scope.of_new_users && say('scopeOfNewUsers'),
    !scope.of_everybody && !scope.of_new_users && say('scopeWhereGranted'),
    scope.only_by_name && say('scopeOnlyByName'),
  ]
  return parts.filter(Boolean).join(' ')
}
