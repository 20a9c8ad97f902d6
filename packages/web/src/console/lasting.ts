import { useSyncExternalStore } from 'react'

/** What outlives the page that began it, and whoever looks at it. */
export class Lasting<T> {
  readonly #listeners = new Set<() => void>()
  #value: T

  constructor(value: T) {
    this.#value = value
  }

  get value(): T {
    return this.#value
  }

  set value(value: T) {
    this.#value = value
    for (const listener of this.#listeners) listener()
  }

  /** @returns what ends it */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}

/** The value, now and after each change. */
export function useLasting<T>(lasting: Lasting<T>): T {
  return useSyncExternalStore(lasting.subscribe, () => lasting.value)
}
