/** How new hashes are made: argon2id with these costs (RFC 9106 section 3.1). */
export interface Argon2idChoice {
  readonly format: 'argon2id'
  /** KiB. */
  readonly memory: number
  readonly passes: number
  readonly lanes: number
}

/** How new hashes are made: bcrypt with 2^cost rounds. */
export interface BcryptChoice {
  readonly format: 'bcrypt'
  readonly cost: number
}

export type HashChoice = Argon2idChoice | BcryptChoice

/** What a hash setting must look like, for the message when one does not. */
export const hashChoiceForm =
  '"argon2id", "argon2id:m=19456,t=2,p=1" with these or higher costs (at most m=262144, p=16 and m×t=1048576), or "bcrypt:10" to "bcrypt:14"'

/** The most that a hash may be set to cost: less than one of others may (`formats/bounds.ts`), because all sign-ins cost it. */
const argon2idLimits: Argon2Limits = {
  memory: 262_144,
  lanes: 16,
  memoryTimesPasses: 1_048_576,
}

/**
 * Reads a hash setting such as `argon2id` or `bcrypt:12`. Undefined when it is not understood, too
 * weak (checklist G05) or too dear: `hashChoiceForm` says what is accepted.
 */
export function parseHashChoice(text: string): HashChoice | undefined {
  return text === 'argon2id' ? defaultChoice : (parseArgon2id(text) ?? parseBcrypt(text))
}

/** The setting that gives this choice; two choices are the same when their texts are. */
export function describeHashChoice(choice: HashChoice): string {
  return choice.format === 'bcrypt'
    ? `bcrypt:${choice.cost}`
    : `argon2id:m=${choice.memory},t=${choice.passes},p=${choice.lanes}`
}

/** Memory in KiB. */
export interface Argon2Limits {
  readonly memory: number
  readonly lanes: number
  readonly memoryTimesPasses: number
}

/** Whether argon2 itself, and these limits, allow these costs. */
export function affordable(
  { memory, passes, lanes }: Omit<Argon2idChoice, 'format'>,
  limits: Argon2Limits,
): boolean {
  return (
    lanes >= 1 &&
    passes >= 1 &&
    memory >= 8 * lanes &&
    memory <= limits.memory &&
    lanes <= limits.lanes &&
    memory * passes <= limits.memoryTimesPasses
  )
}

/** The least that OWASP's password storage page recommends, and our default. */
const defaultChoice: Argon2idChoice = { format: 'argon2id', memory: 19_456, passes: 2, lanes: 1 }

function parseArgon2id(text: string): Argon2idChoice | undefined {
  const [, m, t, p] =
    /^argon2id:m=([1-9]\d{0,6}),t=([1-9]\d{0,6}),p=([1-9]\d{0,2})$/.exec(text) ?? []
  const choice: Argon2idChoice = {
    format: 'argon2id',
    memory: Number(m),
    passes: Number(t),
    lanes: Number(p),
  }
  const strong =
    choice.memory >= defaultChoice.memory &&
    choice.passes >= defaultChoice.passes &&
    choice.lanes >= defaultChoice.lanes
  return strong && affordable(choice, argon2idLimits) ? choice : undefined
}

function parseBcrypt(text: string): BcryptChoice | undefined {
  const [, cost] = /^bcrypt:(1[0-4])$/.exec(text) ?? []
  return cost === undefined ? undefined : { format: 'bcrypt', cost: Number(cost) }
}
