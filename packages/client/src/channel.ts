import { isSession, type Session } from './session.js'

/** What tabs tell each other. */
export type Message = { readonly session: Session } | { readonly ended: string }

export interface Channel {
  tell(message: Message): void
  close(): void
}

/** To the other tabs of the origin; none without a name, or where the platform has none. */
export function openChannel(
  name: string | undefined,
  heard: (message: Message) => void,
): Channel | undefined {
  if (name === undefined || typeof BroadcastChannel === 'undefined') return undefined
  const channel = new BroadcastChannel(name)
  // Node's would keep the process alive.
  if ('unref' in channel && typeof channel.unref === 'function') channel.unref()
  channel.onmessage = ({ data }: { data: unknown }) => {
    if (isMessage(data)) heard(data)
  }
  return {
    tell: (message) => channel.postMessage(message),
    close: () => channel.close(),
  }
}

/** A tab may still run another version of this. */
function isMessage(data: unknown): data is Message {
  if (typeof data !== 'object' || data === null) return false
  if ('ended' in data) return typeof data.ended === 'string'
  return 'session' in data && isSession(data.session)
}
