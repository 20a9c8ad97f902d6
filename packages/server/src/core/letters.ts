import type { MailRow } from '../store/schema.js'
import type { KeyWrap } from './key-wrap.js'
import { emailKey } from './names.js'
import { isMailKind, type MailKind, type MailValues, mailContext } from './outbox.js'

/** A mail as it is sent and read. */
export interface Letter extends LetterText {
  readonly id: string
  readonly to: string
}

export interface LetterText {
  readonly subject: string
  readonly text: string
  readonly html: string
}

/** Writes the text of a mail of any kind; `mail/templates/` does. */
export type Render = <Kind extends MailKind>(
  kind: Kind,
  values: MailValues[Kind],
  /** The host that people know the server by. */
  site: string,
) => LetterText

interface Dependencies {
  wrap: (mayMake: boolean) => KeyWrap
  render: Render
  issuer: () => string
}

/** Turns rows of the outbox into what people read. */
export class Letters {
  readonly #deps: Dependencies

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /**
   * @returns undefined where the text is gone, or only a newer version can write it
   * @throws Error, in words for the operator, if it was stored under another master secret
   */
  of({ id, kind, address, wrapped_values: wrapped }: MailRow): Letter | undefined {
    const { wrap, render, issuer } = this.#deps
    if (wrapped === null || !isMailKind(kind)) return undefined
    const values = JSON.parse(wrap(false).unwrap(wrapped, mailContext(id)))
    return { id, to: address, ...render(kind, values, new URL(issuer()).host) }
  }
}

/** Nothing that could become a second line, or a second recipient, is put before a mail server. */
export function mayBeSentTo(address: string): boolean {
  return emailKey(address) !== undefined
}
