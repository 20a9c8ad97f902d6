import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { issuerUrl } from './issuer-url.js'
import { readJwkSet } from './jwks.js'
import { readAggregation, readMetadata } from './metadata.js'

const issuer = issuerUrl('https://auth.example.com/tenant')
const good = {
  issuer: 'https://auth.example.com/tenant',
  jwks_uri: 'https://auth.example.com/tenant/keys',
  status_list_aggregation_endpoint: 'https://auth.example.com/tenant/status-lists',
  scopes_supported: ['a'],
}

function bytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value))
}

describe('what an issuer says', () => {
  it('says where its keys and status lists are', () => {
    expect(readMetadata(bytes(good), issuer)).toEqual({
      keys: good.jwks_uri,
      statusLists: good.status_list_aggregation_endpoint,
    })
    const lists = [`${issuer.base}status-lists/1`, `${issuer.base}status-lists/2`]
    expect(readAggregation(bytes({ status_lists: lists }), issuer)).toEqual(lists)
    expect(readAggregation(bytes({ status_lists: [] }), issuer)).toEqual([])
  })

  it('is refused in one way only, whatever it is', () => {
    const member = fc.constantFrom(...Object.keys(good), 'status_lists', 'keys')
    const value = fc.oneof(
      fc.dictionary(member, fc.oneof(fc.jsonValue(), fc.constantFrom(...Object.values(good)))),
      fc.jsonValue(),
    )
    const input = fc.oneof(value.map(bytes), fc.uint8Array())
    fc.assert(
      fc.property(input, (bytes) => {
        for (const read of [readMetadata, readAggregation, readJwkSet]) {
          try {
            read(bytes, issuer)
          } catch (error) {
            expect(error).toBeInstanceOf(TypeError)
          }
        }
      }),
    )
  })
})
