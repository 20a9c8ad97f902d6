/** LATCHKEY_DATABASE_REPLICA_URL. Another database stands in for the replica, so that answers tell where they come from. */

import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { newUrl } from './databases.js'
import { TcpProxy } from './tcp-proxy.js'
import { alice, type TestServer, testServer } from './test-server.js'
import { addClient, basic, claimsOf, refreshed, send, signedIn } from './token-requests.js'

describe('a replica', () => {
  let proxy: TcpProxy
  let server: TestServer
  let admin: string

  beforeEach(async () => {
    const [url, replicaUrl] = [await newUrl('PostgreSQL'), await newUrl('PostgreSQL')]
    const replica = await testServer({ databaseUrl: replicaUrl })
    await replica.addUser()
    await signedIn(replica)
    await addClient(replica, 'of-the-replica')
    const { hostname: host, port } = new URL(replicaUrl)
    proxy = await TcpProxy.start({ host, port: Number(port) })
    onTestFinished(() => proxy.stop())
    server = await testServer({
      databaseUrl: url,
      databaseReplicaUrl: proxy.through(replicaUrl),
    })
    await server.addUser({ username: 'root', scopes: ['admin'] })
    admin = (await signedIn(server, { username: 'root', scope: 'admin account' })).access_token
  })

  const idsAt = async (path: string): Promise<string[]> => {
    const items: Record<string, string>[] = (await server.get(path, admin)).json().items
    return items.map(({ id = '' }) => id)
  }
  /** Of the sessions in the list for admins, those that are not in the database. */
  const foreignSessions = async () => {
    const own = String(claimsOf(admin).sid)
    return (await idsAt('/admin/sessions')).filter((id) => id !== own)
  }
  const told = () => server.log.filter((line) => line.includes('"msg":"the replica'))

  it('answers the lists that admins see', async () => {
    expect(await idsAt('/admin/clients')).toEqual(['of-the-replica'])
    expect(await foreignSessions()).toHaveLength(1)
  })

  it('M06 is asked nothing that decides, and nothing about one user', async () => {
    const own = [String(claimsOf(admin).sid)]
    expect(await idsAt('/users/me/sessions')).toEqual(own)
    expect(await idsAt(`/admin/sessions?user_id=${claimsOf(admin).sub}`)).toEqual(own)
    expect((await server.get('/users/me', admin)).json().username).toBe('root')
    // Alice is in the replica alone.
    expect((await send(server, '/token', alice)).statusCode).toBe(401)
    await server.addUser()
    const tokens = await signedIn(server)
    await refreshed(server, tokens.refresh_token)
    const secret = await addClient(server, 'watcher', { scopes: ['introspect'] })
    const token = { token: tokens.access_token }
    const introspected = () => send(server, '/introspect', token, basic('watcher', secret))
    expect((await introspected()).json().active).toBe(true)
    await send(server, '/revoke', { token: tokens.refresh_token })
    expect((await introspected()).json().active).toBe(false)
  })

  it('is done without while it is away, which the log says once', async () => {
    proxy.close()
    for (let time = 0; time < 3; time++) expect(await foreignSessions()).toEqual([])
    expect(told()).toHaveLength(1)
    expect(told()[0]).not.toMatch(/postgres:\/\//)
    proxy.open()
    await expect.poll(foreignSessions, { timeout: 20_000, interval: 100 }).toHaveLength(1)
    expect(told()).toHaveLength(2)
  })

  it('that has no tables is done without', async () => {
    const other = await testServer({
      databaseUrl: await newUrl('PostgreSQL'),
      databaseReplicaUrl: await newUrl('PostgreSQL'),
    })
    await addClient(other, 'here')
    const { rows } = await other.latchkey.clientRegistry.list({ limit: 10 })
    expect(rows.map(({ id }) => id)).toEqual(['here'])
  })
})
