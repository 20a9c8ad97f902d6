/** Our status lists, read by another implementation of draft-ietf-oauth-status-list. */

import { getListFromStatusListJWT, getStatusListFromJWT } from '@sd-jwt/jwt-status-list'
import { expect, it } from 'vitest'
import { getList, placeOf } from './status-list-reader.js'
import { issuer, testServer } from './test-server.js'
import { send, signedIn } from './token-requests.js'

it('@sd-jwt/jwt-status-list finds the place of each token, and there what became of it', async () => {
  const server = await testServer()
  await server.addUser({ scopes: ['more'] })
  const live: string[] = []
  for (const username of ['carol', 'dave']) {
    await server.addUser({ username })
    live.push((await signedIn(server, { username })).access_token)
  }
  const { access_token: revoked } = await signedIn(server)
  const { access_token: changed } = await signedIn(server)
  await send(server, '/revoke', { token: revoked })
  await server.latchkey.users.setScopes('alice', [], { actor: 'test' })
  server.pass(2000)

  const list = getListFromStatusListJWT((await getList(server, `${issuer}/status-lists/1`)).body)
  const tokens = [...live, revoked, changed]
  const places = tokens.map(getStatusListFromJWT)
  expect(places).toEqual(tokens.map(placeOf))
  expect(places.map(({ idx }) => list.getStatus(idx))).toEqual([0, 0, 1, 3])
  expect(list.statusList).toHaveLength(2 ** 20)
  expect(list.statusList.filter((value) => value !== 0)).toHaveLength(2)
})
