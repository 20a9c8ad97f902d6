/**
 * Signing secrets that tutorials, documentation and default configurations show. Whoever signs
 * with one of them lets everybody in (RFC 8725 section 3.5; checklist C04, L01).
 */
const published: ReadonlySet<string> = new Set([
  // FastAPI's documentation, and the password-flow tutorial that many have followed
  '09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7',
  'your-super-secret-key-change-this-in-production',
  // Supabase's self-hosting example
  'super-secret-jwt-token-with-at-least-32-characters-long',
  // jwt.io's debugger, before and after it asked for 256 bits
  'your-256-bit-secret',
  'a-string-secret-at-least-256-bits-long',
  // libraries' examples and word lists
  'your_jwt_secret',
  'change_this_super_secret_random_string',
  'secret',
  'it-is-very-secret',
  'shhhhh',
  'supersecret',
])

export function isPublished(secret: string): boolean {
  return published.has(secret.trim().toLowerCase())
}
