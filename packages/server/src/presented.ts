import { Introspection } from './core/introspection.js'
import { PresentedTokens } from './core/presented-tokens.js'
import { TokenRevocation } from './core/token-revocation.js'

/** What is done with tokens that somebody holds out. */
export interface Presented {
  readonly revocation: TokenRevocation
  readonly introspection: Introspection
}

type Given<Part extends abstract new (deps: never) => object> = ConstructorParameters<Part>[0]

type Dependencies = Given<typeof PresentedTokens> &
  Omit<Given<typeof Introspection> & Given<typeof TokenRevocation>, 'tokens'>

export function openPresented(given: Dependencies): Presented {
  const deps = { ...given, tokens: new PresentedTokens(given) }
  return { revocation: new TokenRevocation(deps), introspection: new Introspection(deps) }
}
