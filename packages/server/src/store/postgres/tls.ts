/** What `sslmode` in a database's URL means to us. */

import { Refusal } from '../../errors.js'

/**
 * The URL, such that a connection by TLS is one to the server that it names: `require` and
 * `verify-ca`, which other programs take for less, check the server's name and certificate too.
 * Unchecked is only what says so, `no-verify`.
 *
 * @throws Refusal `storage_unavailable` for a mode that would quietly do without
 */
export function checkedTls(url: string, setting: string): string {
  const [, address = '', query = ''] = /^([^?]*)\??(.*)$/s.exec(url) ?? []
  const parameters = new URLSearchParams(query)
  const mode = parameters.get('sslmode')
  if (mode === null) return url
  if (!modes.has(mode)) {
    throw new Refusal('storage_unavailable', {
      message: `${setting} has sslmode=${mode}, under which nobody knows whether the connection is encrypted: take verify-full, no-verify or disable.`,
    })
  }
  if (mode === 'require' || mode === 'verify-ca') parameters.set('sslmode', 'verify-full')
  return `${address}?${parameters}`
}

const modes: ReadonlySet<string> = new Set([
  'disable',
  'no-verify',
  'require',
  'verify-ca',
  'verify-full',
])
