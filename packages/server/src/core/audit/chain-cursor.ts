import { Refusal } from '../../errors.js'
import type { ChainPosition } from '../../store/audit.js'

/** Before all that has a seal. */
export const beginning: ChainPosition = { seal: 0, at: 0 as ChainPosition['at'], id: '' }

/** Where an export goes on behind an entry, in a form that callers hand back unread. */
export function chainCursor({ seal, at, id }: ChainPosition): string {
  return Buffer.from(`${seal}:${at}:${id}`).toString('base64url')
}

/** @throws Refusal `field_malformed` for a cursor that no export has handed out */
export function readChainCursor(cursor: string): ChainPosition {
  const text = Buffer.from(cursor, 'base64url').toString()
  const [, seal, at, id] = /^(\d{1,15}):(\d{1,15}):([\w-]{1,64})$/.exec(text) ?? []
  if (seal !== undefined && at !== undefined && id !== undefined) {
    const position = { seal: Number(seal), at: Number(at) as ChainPosition['at'], id }
    // Buffer passes over what is not base64url: only the spelling that was answered will do.
    if (chainCursor(position) === cursor) return position
  }
  throw new Refusal('field_malformed', {
    message: 'cursor is not one that an export has answered',
    fields: ['cursor'],
  })
}
