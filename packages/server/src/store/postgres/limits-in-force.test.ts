import { describe, expect, it } from 'vitest'
import { faultsOf } from './limits-in-force.js'

describe('the time-outs in force', () => {
  const ours = {
    statement_timeout: '4s',
    lock_timeout: '3s',
    idle_in_transaction_session_timeout: '2s',
  }
  const found = (changed: Record<string, string>) =>
    faultsOf(new Map(Object.entries({ ...ours, ...changed })))

  it('are ours where a server has none that are shorter, or is too old to', () => {
    expect(found({})).toEqual([])
    expect(found({ transaction_timeout: '0', idle_session_timeout: '0' })).toEqual([])
    expect(found({ transaction_timeout: '1min', idle_session_timeout: '1h' })).toEqual([])
  })

  it('are not ours where a pooler keeps them back', () => {
    expect(found({ statement_timeout: '0', lock_timeout: '500ms' })).toEqual([
      "statement_timeout is not set in place of 4000 ms, as where a pooler keeps it back: alter role ... set statement_timeout = '4000ms'",
      "lock_timeout is 500 ms in place of 3000 ms, as where a pooler keeps it back: alter role ... set lock_timeout = '3000ms'",
    ])
  })

  it('are undercut by others that the role has been given', () => {
    expect(found({ transaction_timeout: '2s', idle_session_timeout: '30s' })).toEqual([
      'transaction_timeout is 2000 ms, which ends what may take longer: raise it for this role, or set it to 0',
      'idle_session_timeout is 30000 ms, which ends connections that we keep: raise it for this role, or set it to 0',
    ])
  })
})
