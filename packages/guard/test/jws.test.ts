import { describe, expect, it } from 'vitest'
import { openJws } from '../src/jws.js'
import { allKeys, mint, platforms, signers } from './tokens.js'

describe.each(platforms)('openJws on %s', (_, platform) => {
  it('B01 gives each token its own header and key, whichever token came before', async () => {
    const keys = allKeys(platform)
    const order = ['HS256', 'HS256', 'ES256', 'HS256', 'EdDSA', 'ES256', 'ES256'] as const
    for (const name of order) {
      const { algorithm, kid } = signers[name]
      const opened = await openJws(mint(signers[name]), keys)
      expect(opened?.header).toEqual({ alg: algorithm, typ: 'at+jwt', kid })
      expect(opened?.key).toBe(keys(kid, algorithm))
      const forged = mint(
        signers[name === 'HS256' ? 'ES256' : 'HS256'],
        {},
        { alg: algorithm, kid },
      )
      expect(await openJws(forged, keys)).toBeUndefined()
    }
  })
})
