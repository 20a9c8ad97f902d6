import type { Value } from './values.js'

/** One setting: its name in the environment is `LATCHKEY_` and the key in capitals. */
export interface Setting<T> {
  value: Value<T>
  /** What holds when it is not given, as one would write it; absent where there is no fixed default. */
  fallback?: string
  /** For the reference page. */
  help: string
  /** Never shown, and may come from a file by its name with `_FILE`. */
  secret?: true
  /** Not shown when it is wrong: people put a secret where its file's path should be. */
  hidden?: true
  /** The feature that it belongs to, as long as this version does not have it. */
  awaits?: string
}

export function setting<T, const Rest extends Omit<Setting<T>, 'value'>>(
  kind: Value<T>,
  rest: Rest,
): Rest & Setting<T> {
  return { value: kind, ...rest }
}
