/** Why a session was ended; one that has only grown too old is not. */
export const endReasons = [
  'signed_out',
  'ended_by_admin',
  'password_changed',
  'user_disabled',
  'user_deleted',
  'refresh_reused',
  'rolled_back',
] as const
export type EndReason = (typeof endReasons)[number]
