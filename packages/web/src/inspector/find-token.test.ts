import { expect, it } from 'vitest'
import { findToken } from './find-token.js'

const jwt = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.c2ln'
const jwe = 'eyJlbmMiOiJBMjU2R0NNIn0.a2V5.aXY.dGV4dA.dGFn'
const refresh = `lkr_${'A'.repeat(87)}`
const answer = JSON.stringify({ access_token: jwt, token_type: 'bearer', refresh_token: refresh })

it.each([
  ['by itself', jwt, 'signed', jwt],
  ['between white space and quotes', ` "${jwt}"\n`, 'signed', jwt],
  ['behind Bearer', `bearer  ${jwt}`, 'signed', jwt],
  ['in a header', `Authorization: Bearer ${jwt}\n`, 'signed', jwt],
  [
    'for curl',
    `curl -H 'Authorization: Bearer ${jwt}' http://127.0.0.1:8000/items/`,
    'signed',
    jwt,
  ],
  ['in an answer of /token', answer, 'signed', jwt],
  ['in a refresh that failed', JSON.stringify({ refresh_token: refresh }), 'refresh', refresh],
  ['in an answer that is cut off', answer.slice(0, 90), 'signed', jwt],
  ['in a form', `token=${jwt}&token_type_hint=access_token`, 'signed', jwt],
  ['in a line of a log', `GET /items/ 401 token=${jwt}, 3 ms`, 'signed', jwt],
  ['wrapped over lines', jwt.replace(/.{9}/g, '$&\r\n  '), 'signed', jwt],
  ['wrapped behind Bearer', `Bearer ${jwt.slice(0, 9)}\n${jwt.slice(9)}`, 'signed', jwt],
  ['encrypted', jwe, 'encrypted', jwe],
  ['a refresh token', refresh, 'refresh', refresh],
  ['a client secret', `lks_${'A'.repeat(43)}`, 'clientSecret', `lks_${'A'.repeat(43)}`],
  ['cut short', 'eyJhbGciOiJub25lIn0.eyJzdWI', 'signed', 'eyJhbGciOiJub25lIn0.eyJzdWI'],
  ['in three parts of whatever', 'a.ü.c', 'signed', 'a.ü.c'],
  ['without parts', 'kGq3v', 'opaque', 'kGq3v'],
])('finds a token %s', (_, text, kind, token) => {
  expect(findToken(text)).toMatchObject({ kind, token })
})

it('tells of what stood around it', () => {
  expect(findToken(answer)).toMatchObject({ isAmongOthers: true, hasRefreshToken: true })
  expect(findToken(refresh)).toMatchObject({ isAmongOthers: false, hasRefreshToken: false })
  expect(findToken(`${jwt.slice(0, 9)}\n${jwt.slice(9)}`)).toMatchObject({ wasBroken: true })
  expect(findToken(jwt)).toMatchObject({ isAmongOthers: false, wasBroken: false })
})

it('finds nothing in nothing', () => {
  for (const text of ['', ' \n', '""', "' '"]) expect(findToken(text)).toBeUndefined()
})
