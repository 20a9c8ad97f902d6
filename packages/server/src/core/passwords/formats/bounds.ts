/**
 * The most that checking one stored hash may cost, whoever made it (checklist G07). Each is beyond what the
 * software behind the format makes by itself, and a few seconds of one core at the very most.
 */
export const bounds = {
  /** KiB; libsodium's "sensitive" is 1 GiB and four passes. */
  argon2: { memory: 1_048_576, lanes: 16, memoryTimesPasses: 4_194_304 },
  /** Base-2 logarithm of the rounds. */
  bcrypt: { cost: 14 },
  /** KiB of one of the p computations, and of all of them together. */
  scrypt: { memory: 262_144, memoryTimesLanes: 524_288 },
  /** Keycloak asks for 64 bytes of each of its algorithms, Django for up to 1,500,000 rounds. */
  pbkdf2: { rounds: 2_000_000, bytes: 64 },
  /** passlib makes 656,000. */
  shaCrypt: { rounds: 700_000 },
  /** Base-2 logarithm of the rounds; passlib makes 19, WordPress 13, Drupal 16. */
  phpass: { log2Rounds: 19 },
} as const
