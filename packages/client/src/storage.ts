/** Where a session is kept. Each may throw or reject: the session then lives in memory alone. */
export interface SessionStorage {
  /** By which the tabs that share this storage find each other: of their channel and their lock. */
  readonly name?: string
  /** What was last written; `null` for nothing. */
  read(): string | null | Promise<string | null>
  /** `null` takes it away. */
  write(text: string | null): void | Promise<void>
  /** Tells that somebody else may have written. Answers how to stop that. */
  watch?(changed: () => void): () => void
  /**
   * Runs alone among all who share this storage, in place of the browser's locks. `signal` says when
   * nobody waits any longer: what was to run then runs without that.
   */
  exclusively?<T>(run: () => Promise<T>, signal: AbortSignal): Promise<T>
}

/** Until the page or the process ends. */
export function memoryStorage(): SessionStorage {
  let kept: string | null = null
  return {
    read: () => kept,
    write: (text) => {
      kept = text
    },
  }
}

/** For all tabs of the origin, and over reloads. Any script of the origin can read it. */
export function localStorage(key = 'latchkey'): SessionStorage {
  return {
    name: key,
    read: () => globalThis.localStorage.getItem(key),
    write: (text) =>
      text === null
        ? globalThis.localStorage.removeItem(key)
        : globalThis.localStorage.setItem(key, text),
    watch: (changed) => {
      const listen = (event: StorageEvent) => {
        // A key of null: everything was cleared.
        if (event.key === key || event.key === null) changed()
      }
      addEventListener('storage', listen)
      // A page that comes back from the browser's cache has missed what happened.
      addEventListener('pageshow', changed)
      return () => {
        removeEventListener('storage', listen)
        removeEventListener('pageshow', changed)
      }
    },
  }
}
