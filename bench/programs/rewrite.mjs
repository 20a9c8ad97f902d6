import { register } from 'node:module'

/**
 * Has a module loaded with other text in places: the same code but for one thing.
 *
 * @param {string} file how its path ends
 * @param {readonly [string, string][]} replacements what is there, once, and what takes its place
 */
export function rewrite(file, replacements) {
  register('./rewrite-hooks.mjs', import.meta.url, { data: { file, replacements } })
}
