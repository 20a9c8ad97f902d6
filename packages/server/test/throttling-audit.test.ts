/** What guessing leaves in the audit log: that it happened, and no more than a guesser should be able to write. */

import { describe, expect, it } from 'vitest'
import { databases } from './databases.js'
import { alice, type TestServer, testServer } from './test-server.js'
import { addClient, basic, entries, send, sendJson, signedIn } from './token-requests.js'

const wrong = { ...alice, password: 'not the password' }

for (const database of databases) {
  describe(`the audit log of guesses on ${database.name}`, () => {
    async function served(settings = {}) {
      const server = await testServer({ databaseUrl: await database.url(), ...settings })
      await server.addUser()
      return server
    }

    it('K03 has an entry when a name is slowed, with its user, and none of what is refused', async () => {
      const server = await served()
      const { id } = await server.latchkey.users.get('alice')
      for (let times = 0; times < 60; times++) {
        await send(server, '/token', wrong)
        if (times > 50) server.pass(1000)
      }
      const failed = await entries(server, 'sign_in_failed')
      expect(failed.length).toBeGreaterThan(10)
      expect(failed.length).toBeLessThan(16)
      const slowed = await entries(server, 'attempts_slowed')
      expect(slowed).toMatchObject([
        {
          user_id: id,
          address: '127.0.0.1',
          detail: '{"by":"name"}',
          request_id: expect.anything(),
        },
      ])
    })

    it('K03 names nobody where a name is nobody’s', async () => {
      const server = await served()
      for (let times = 0; times < 12; times++) {
        await send(server, '/token', { ...wrong, username: 'a password, typed in the wrong field' })
      }
      const slowed = await entries(server, 'attempts_slowed')
      expect(slowed).toMatchObject([{ user_id: null, detail: '{"by":"name"}' }])
    })

    it('K03 shows a network that guesses, and one password sprayed over many names', async () => {
      const server = await served({ failuresPerNetwork: '5/1h', failuresOverall: '12/10m' })
      for (let at = 0; at < 20; at++) {
        await from(server, '2001:db8::1', { ...wrong, username: `one${at}` })
      }
      server.pass(1000)
      for (let at = 0; at < 20; at++) {
        await from(server, `203.0.113.${at}`, { ...wrong, username: `two${at}` })
      }
      const slowed = await entries(server, 'attempts_slowed')
      expect(slowed.map(({ address, detail }) => [address, detail])).toEqual([
        ['203.0.113.6', '{"by":"overall"}'],
        ['2001:db8::1', '{"by":"network"}'],
      ])
    })

    it('K03 has an entry when the password that confirms something is wrong', async () => {
      const server = await served()
      const { access_token: token } = await signedIn(server)
      const { id } = await server.latchkey.users.get('alice')
      for (let times = 0; times < 11; times++) {
        const body = { current_password: 'wrong', new_password: 'a wholly other sentence' }
        await sendJson(server, 'POST', '/users/me/password', token, body)
      }
      const refused = await entries(server, 'password_refused')
      expect(refused).toHaveLength(10)
      expect(refused[0]).toMatchObject({ user_id: id, actor: `user:${id}` })
      expect(await entries(server, 'attempts_slowed')).toMatchObject([{ user_id: id }])
    })

    it('K03 has an entry when a client’s secret is guessed at', async () => {
      const server = await served()
      await addClient(server, 'app', { grants: ['client_credentials'] })
      for (let times = 0; times < 12; times++) {
        await send(server, '/oauth/token', { grant_type: 'client_credentials' }, basic('app', 'no'))
      }
      expect(await entries(server, 'attempts_slowed')).toMatchObject([
        { detail: '{"by":"client"}' },
      ])
    })
  })
}

function from(server: TestServer, remoteAddress: string, fields: Record<string, string>) {
  return server.app.inject({
    method: 'POST',
    url: '/token',
    remoteAddress,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams(fields).toString(),
  })
}
