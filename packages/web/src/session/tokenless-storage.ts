import type { SessionStorage } from '@latchkey/client'

/**
 * Remembers over reloads and tabs that somebody is signed in, and who, but no token: the refresh token is in a
 * cookie that no script sees, and the access token in this page's memory (checklist J08). What is read after a
 * reload is a session whose token is over, so that the client asks for the next.
 */
export function tokenlessStorage(key: string): SessionStorage {
  let held: { readonly id: string; readonly text: string } | undefined
  return {
    name: key,
    read() {
      const kept = globalThis.localStorage.getItem(key)
      if (kept === null) held = undefined
      // Each tab has a token of its own, and the cookie is the newest for all: their steps don't matter.
      return held !== undefined && held.id === idOf(kept) ? held.text : kept
    },
    write(text) {
      if (text === null) {
        held = undefined
        globalThis.localStorage.removeItem(key)
        return
      }
      const session: StoredSession = JSON.parse(text)
      held = { id: session.id, text }
      const without = { ...session, accessToken: 'none', expiresIn: 0, receivedAt: 0, step: 0 }
      globalThis.localStorage.setItem(key, JSON.stringify(without))
    },
    watch(changed) {
      const listen = (event: StorageEvent) => {
        const isOther = event.key === key && idOf(event.newValue) !== held?.id
        if (isOther || event.key === null) changed()
      }
      addEventListener('storage', listen)
      addEventListener('pageshow', changed)
      return () => {
        removeEventListener('storage', listen)
        removeEventListener('pageshow', changed)
      }
    },
  }
}

interface StoredSession {
  readonly id: string
  readonly step: number
}

function idOf(text: string | null): string | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '')
    if (typeof value === 'object' && value !== null && 'id' in value) return String(value.id)
  } catch {
    // Somebody else's.
  }
  return undefined
}
