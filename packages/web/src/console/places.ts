/** The console's paths, below `/console`. */

export const places = {
  overview: '/',
  users: '/users',
  userImport: '/users/import',
  invitations: '/users/invitations',
  sessions: '/sessions',
  clients: '/clients',
  newClient: '/new-client',
  scopes: '/scopes',
  keys: '/keys',
  audit: '/audit',
  mails: '/mails',
  health: '/health',
  inspect: '/inspect',
  signIn: '/sign-in',
} as const

export function placeOfUser(id: string): string {
  return `${places.users}/${encodeURIComponent(id)}`
}

export function placeOfClient(id: string): string {
  return `${places.clients}/${encodeURIComponent(id)}`
}

export function placeOfMail(id: string): string {
  return `${places.mails}/${encodeURIComponent(id)}`
}

/** The page to sign in at, which leads back to where one was. */
export function signInFrom(path: string, search: string): string {
  const to = search === '' ? path : `${path}?${search}`
  return to === places.overview ? places.signIn : `${places.signIn}?to=${encodeURIComponent(to)}`
}

/** Where to go after signing in: to a page of the console, whatever the address says. */
export function afterSignIn(search: string): string {
  const to = new URLSearchParams(search).get('to') ?? ''
  // It comes behind the console's own path, so that it leads nowhere else, whatever it says.
  return to.startsWith('/') ? to : places.overview
}
