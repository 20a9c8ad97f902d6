/** The pages' paths, below `/account`. */

export const places = {
  profile: '/profile',
  password: '/password',
  sessions: '/sessions',
  data: '/data',
  signIn: '/sign-in',
  signUp: '/sign-up',
  forgottenPassword: '/forgotten-password',
  resetPassword: '/reset-password',
  verifyEmail: '/verify-email',
  invitation: '/invitation',
  firstAdmin: '/first-admin',
} as const

/** Those that only somebody who is signed in can see. */
export const ownPlaces: readonly string[] = [
  places.profile,
  places.password,
  places.sessions,
  places.data,
]

/** The page to sign in at, which leads back to where one was. */
export function signInFrom(path: string): string {
  return path === places.profile ? places.signIn : `${places.signIn}?to=${path.slice(1)}`
}

/** Where to go after signing in: to a page of ours, whatever the address says. */
export function afterSignIn(search: string): string {
  const path = `/${new URLSearchParams(search).get('to') ?? ''}`
  return ownPlaces.includes(path) ? path : places.profile
}
