import { describe, expect, it } from 'vitest'
import { databases } from './databases.js'
import { alice, testServer } from './test-server.js'

for (const database of databases) {
  describe(`the tutorial's job on ${database.name}`, () => {
    it('signs a user in and lets the token through both protected routes', async () => {
      const server = await testServer({ databaseUrl: await database.url() })
      await server.addUser()

      const answer = await server.postForm('/token', alice)
      expect(answer.statusCode).toBe(200)
      const body = answer.json()
      expect(body).toMatchObject({ token_type: 'bearer', expires_in: 1800, scope: 'account' })

      const me = await server.get('/users/me', body.access_token)
      expect(me.statusCode).toBe(200)
      expect(me.json()).toMatchObject({ username: 'alice', disabled: false })
      const items = await server.get('/items/', body.access_token)
      expect(items.json()).toEqual([{ item_id: 1, name: 'Example Item' }])
    })
  })
}
