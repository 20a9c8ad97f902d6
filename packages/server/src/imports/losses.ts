/** What a user has in another system and nobody has here, by the name that reports count it under. */
// biome-ignore format: one line each
export const losses = [
  ['second_factor', 'a second factor'],
  ['provider', 'a sign-in by another provider'],
  ['phone', 'a phone number to sign in with'],
  ['rights', 'rights, roles or groups, which are given here as scopes'],
  ['ban_end', 'the end of a ban: they stay disabled here'],
  ['required_action', 'something to do at the next sign-in'],
] as const

/** Records that are of nobody who could sign in here, and whose absence nobody has to mend. */
// biome-ignore format: one line each
export const passedOver = [
  ['other_record', 'records of something else'],
  ['service_account', 'service accounts, which are clients here'],
  ['anonymous', 'anonymous users'],
  ['deleted', 'users who were deleted'],
] as const

export type Loss = (typeof losses)[number][0]

export type PassedOver = (typeof passedOver)[number][0]

/** Those that are true of a user. */
export function lossesOf(which: Readonly<Partial<Record<Loss, boolean>>>): Loss[] {
  return losses.map(([name]) => name).filter((name) => which[name])
}
