import { useSession } from '@latchkey/client/react'
import { useQueryClient } from '@tanstack/react-query'
import { lazy, type ReactNode, Suspense, useEffect, useRef } from 'react'
import { Redirect, Route, Switch, useLocation } from 'wouter'
import { client } from '../session/client.js'
import { say } from '../texts/texts.js'
import { Frame } from './frame.js'
import { NotFound } from './pages/not-found.js'
import { SignIn } from './pages/sign-in.js'
import { ownPlaces, places, signInFrom } from './places.js'

const Profile = lazy(() => import('./pages/profile.js'))
const Password = lazy(() => import('./pages/password.js'))
const Sessions = lazy(() => import('./pages/sessions.js'))
const Data = lazy(() => import('./pages/data.js'))
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
