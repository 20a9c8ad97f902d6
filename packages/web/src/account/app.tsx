import { useSession } from '@latchkey/client/react'
import { useQueryClient } from '@tanstack/react-query'
import { lazy, type ReactNode, Suspense, useEffect, useRef } from 'react'
import { Redirect, Route, Switch, useLocation } from 'wouter'
import { client } from '../session/client'
import { say } from '../texts/texts'
import { Frame } from './frame'
import { NotFound } from './pages/not-found'
import { SignIn } from './pages/sign-in'
import { ownPlaces, places, signInFrom } from './places'

const Profile = lazy(() => import('./pages/profile'))
const Password = lazy(() => import('./pages/password'))
const Sessions = lazy(() => import('./pages/sessions'))
const Data = lazy(() => import('./pages/data'))
const SignUp = lazy(() => import('./pages/sign-up'))
const ForgottenPassword = lazy(() => import('./pages/forgotten-password'))
const ResetPassword = lazy(() => import('./pages/reset-password'))
const VerifyEmail = lazy(() => import('./pages/verify-email'))
const Invitation = lazy(() => import('./pages/invitation'))
const FirstAdmin = lazy(() => import('./pages/first-admin'))

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
  if (!isReady) return null
  return (
    <Frame>
      <Suspense fallback={<p role="status">{say('loading')}</p>}>
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
    </Frame>
  )
}

/** A session that ends while its page is open leads to the sign-in page, and from there back. */
function SignedIn({ children }: { readonly children: ReactNode }) {
  const { user } = useSession(client)
  const [path] = useLocation()
  const queryClient = useQueryClient()
  const isSignedIn = user !== undefined
  const wasSignedIn = useRef(isSignedIn)
  useEffect(() => {
    // What one person has seen, the next must not.
    if (!isSignedIn) queryClient.clear()
  }, [isSignedIn, queryClient])
  if (isSignedIn) return children
  const state = wasSignedIn.current && ownPlaces.includes(path) ? { wasSignedIn: true } : {}
  return <Redirect to={signInFrom(path)} replace state={state} />
}
