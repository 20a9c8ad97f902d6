/** All that can stand between a user and a sign-in, as the server calls it. */
export const obstacleCodes = [
  ...(['user_disabled', 'no_password', 'hash_unreadable', 'password_grant_off'] as const),
  ...(['no_client', 'name_waits', 'network_waits', 'all_wait', 'overloaded'] as const),
  'email_unverified',
] as const

export function isObstacleCode(code: string): code is (typeof obstacleCodes)[number] {
  return obstacleCodes.some((known) => known === code)
}
