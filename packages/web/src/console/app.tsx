import { useSession } from '@latchkey/client/react'
import { QueryClientProvider } from '@tanstack/react-query'
import { lazy, type ReactNode, Suspense, useRef } from 'react'
import { Redirect, Route, Switch, useLocation, useSearch } from 'wouter'
import { queriesOf } from '../api/queries.js'
import { client } from '../session/client.js'
import { Broken } from '../ui/broken.js'
import { Loading } from '../ui/loading.js'
import { Frame } from './frame.js'
import { NotFound } from './pages/not-found.js'
import { SignIn } from './pages/sign-in.js'
import { places, signInFrom } from './places.js'
import { useAdmin } from './rights.js'

const Audit = lazy(() => import('./pages/audit.js'))
const Client = lazy(() => import('./pages/client.js'))
const Clients = lazy(() => import('./pages/clients.js'))
const Health = lazy(() => import('./pages/health.js'))
const Inspect = lazy(() => import('./pages/inspect.js'))
const Invitations = lazy(() => import('./pages/invitations.js'))
const Keys = lazy(() => import('./pages/keys.js'))
const Mail = lazy(() => import('./pages/mail.js'))
const Mails = lazy(() => import('./pages/mails.js'))
const NewClient = lazy(() => import('./pages/new-client.js'))
const Overview = lazy(() => import('./pages/overview.js'))
const Scopes = lazy(() => import('./pages/scopes.js'))
const Sessions = lazy(() => import('./pages/sessions.js'))
const User = lazy(() => import('./pages/user.js'))
const UserImport = lazy(() => import('./pages/user-import.js'))
const Users = lazy(() => import('./pages/users.js'))

/** Those that only an admin can see. */
const closed = [
  [places.audit, Audit],
  [`${places.clients}/:id`, Client],
  [places.clients, Clients],
  [places.health, Health],
  [places.keys, Keys],
  [`${places.mails}/:id`, Mail],
  [places.mails, Mails],
  [places.newClient, NewClient],
  [places.overview, Overview],
  [places.scopes, Scopes],
  [places.sessions, Sessions],
  [places.invitations, Invitations],
  [places.userImport, UserImport],
  [`${places.users}/:id`, User],
  [places.users, Users],
] as const

/** Which page is at which path, and who may see it. */
export function App() {
  const { isReady } = useSession(client)
  const [path] = useLocation()
  if (!isReady) return null
  return (
    <Frame>
      <Broken key={path}>
        <Suspense fallback={<Loading />}>
          <Switch>
            <Route path={places.signIn} component={SignIn} />
            <Route path={places.inspect} component={Inspect} />
            {closed.map(([path, Page]) => (
              <Route key={path} path={path}>
                <Admin>
                  <Page />
                </Admin>
              </Route>
            ))}
            <Route component={NotFound} />
          </Switch>
        </Suspense>
      </Broken>
    </Frame>
  )
}

/** Who loses the session or the right while a page is open is led to the sign-in page, and from there back. */
function Admin({ children }: { readonly children: ReactNode }) {
  const admin = useAdmin()
  const { user } = useSession(client)
  const [path] = useLocation()
  const search = useSearch()
  const was = useRef(admin !== undefined)
  if (admin !== undefined) {
    // Another admin may come without a sign-out in between, from another tab: nothing of the page stays.
    return (
      <QueryClientProvider key={admin.username ?? ''} client={queriesOf(admin)}>
        {children}
      </QueryClientProvider>
    )
  }
  const why = user === undefined ? { wasSignedIn: true } : { wasAdmin: true }
  return <Redirect to={signInFrom(path, search)} replace state={was.current ? why : {}} />
}
