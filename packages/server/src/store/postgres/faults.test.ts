import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { isSerializationFailure, spoilsConnection, storageFault } from './faults.js'

function refused(code: string): pg.DatabaseError {
  const error = new pg.DatabaseError('as the server says it', 0, 'error')
  error.code = code
  return error
}

describe('what PostgreSQL refuses', () => {
  it('M04 is tried again only where nothing was left behind', () => {
    expect(['40001', '40P01'].map(refused).every(isSerializationFailure)).toBe(true)
    // Transaction resolution unknown, statement completion unknown, and a server that stops.
    expect(['08007', '40003', '57P01', '57P02'].map(refused).some(isSerializationFailure)).toBe(
      false,
    )
    expect(isSerializationFailure(new Error('Connection terminated unexpectedly'))).toBe(false)
  })

  it.each(['25006', '57P01', '57P02', '57P03', '57P05', '08006', '08P01'])(
    'M05 is the end of the connection: %s',
    (code) => {
      expect(spoilsConnection(refused(code))).toBe(true)
    },
  )

  it.each(['57014', '55P03', '40001', '23505', '53300', '42501', '42P01'])(
    'says nothing against the connection: %s',
    (code) => {
      expect(spoilsConnection(refused(code))).toBe(false)
    },
  )

  it('spoils the connection when it is no refusal of the server at all', () => {
    expect(spoilsConnection(new Error('read ECONNRESET'))).toBe(true)
  })

  it.each(
    '08006 08007 08P01 25006 26000 28000 28P01 3D000 3F000 40001 40003 40P01 42501 42P01 42P05 53100 53300 55P03 57014 57P01 58030 XX001'.split(
      ' ',
    ),
  )('K06 is a fault of the storage: %s', (code) => {
    const cause = refused(code)
    expect(storageFault(cause)).toMatchObject({ code: 'storage_unavailable', cause })
  })

  it('names the setting whose URL leads there', () => {
    const message = expect.stringMatching(/in LATCHKEY_DATABASE_REPLICA_URL are not/)
    expect(storageFault(refused('28P01'), 'LATCHKEY_DATABASE_REPLICA_URL')).toMatchObject({
      message,
    })
  })

  it.each(['23505', '22021', '42601', '42703'])('is our own mistake, and stays one: %s', (code) => {
    const error = refused(code)
    expect(storageFault(error)).toBe(error)
  })
})
