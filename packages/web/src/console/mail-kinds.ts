/** All that is mailed, as the server calls it. */
export const mailKinds = [
  ...(['password_reset', 'email_verification', 'address_known', 'invitation'] as const),
  ...(['account_created', 'password_changed', 'email_changed', 'account_deleted'] as const),
] as const

export function isKnownKind(kind: string): kind is (typeof mailKinds)[number] {
  return mailKinds.some((known) => known === kind)
}
