import { useSession } from '@latchkey/client/react'
import { QueryClientProvider } from '@tanstack/react-query'
import { lazy, type ReactNode, Suspense, useRef } from 'react'
import { Redirect, Route, Switch, useLocation } from 'wouter'
import { queriesOf } from '../api/queries.js'
import { client } from '../session/client.js'
import { Broken } from '../ui/broken.js'
import { Loading } from '../ui/loading.js'
import { Frame } from './frame.js'
import { NotFound } from './pages/not-found.js'
import { SignIn } from './pages/sign-in.js'
import { ownPlaces, places, signInFrom } from './places.js'

const ownPages = () => import('./pages/own.js')
const Profile = lazy(async () => ({ default: (await ownPages()).Profile }))
const Password = lazy(async () => ({ default: (await ownPages()).Password }))
const Sessions = lazy(async () => ({ default: (await ownPages()).Sessions }))
const Data = lazy(async () => ({ default: (await ownPages()).Data }))
const SignUp = lazy(() => import('./pages/sign-up.js'))
const ForgottenPassword = lazy(() => import('./pages/forgotten-password.js'))
const ResetPassword = lazy(() => import('./pages/reset-password.js'))
const VerifyEmail = lazy(() => import('./pages/verify-email.js'))
const Invitation = lazy(() => import('./pages/invitation.js'))
const FirstAdmin = lazy(() => import('./pages/first-admin.js'))

/** Those that only somebody who is signed in can see. */
const own = [
  [places.profile, Profile],
  [places.password, Password],
  [places.sessions, Sessions],
  [places.data, Data],
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
            <Route path={places.signUp} component={SignUp} />
            <Route path={places.forgottenPassword} component={ForgottenPassword} />
            <Route path={places.resetPassword} component={ResetPassword} />
            <Route path={places.verifyEmail} component={VerifyEmail} />
            <Route path={places.invitation} component={Invitation} />
            <Route path={places.firstAdmin} component={FirstAdmin} />
            {own.map(([path, OwnPage]) => (
              <Route key={path} path={path}>
                <SignedIn>
                  <OwnPage />
                </SignedIn>
              </Route>
            ))}
            <Route path="/">
              <Redirect to={places.profile} replace />
            </Route>
            <Route component={NotFound} />
          </Switch>
        </Suspense>
      </Broken>
    </Frame>
  )
}

/** A session that ends while its page is open leads to the sign-in page, and from there back. */
function SignedIn({ children }: { readonly children: ReactNode }) {
  const { user } = useSession(client)
  const [path] = useLocation()
  const wasSignedIn = useRef(user !== undefined)
  if (user !== undefined) {
    // Somebody else may come without a sign-out in between, from another tab: nothing of the page stays.
    return (
      <QueryClientProvider key={user.username ?? ''} client={queriesOf(user)}>
        {children}
      </QueryClientProvider>
    )
  }
  const state = wasSignedIn.current && ownPlaces.includes(path) ? { wasSignedIn: true } : {}
  return <Redirect to={signInFrom(path)} replace state={state} />
}
