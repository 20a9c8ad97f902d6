import { describe, expect, it, vi } from 'vitest'
import { databases } from '../databases.js'
import { run } from './commands.js'
import { start } from './run.js'

// Many processes: on a busy machine they take their time.
vi.setConfig({ testTimeout: 120_000 })

interface Client {
  client_secret: string
  disabled: boolean
  scopes: string[]
}

for (const database of databases) {
  describe(`latchkey client and session on ${database.name}`, () => {
    it('register a client, change its secret, end what it has, and remove it for ever', async () => {
      const env = { LATCHKEY_DATABASE_URL: await database.url() }
      const json = async <Value>(...args: string[]): Promise<Value> => {
        const finished = await run([...args, '--json'], { env })
        expect(finished).toMatchObject({ status: 0, stderr: '' })
        return JSON.parse(finished.stdout)
      }
      await run(['user', 'add', 'alice'], { env, input: 'correct horse battery' })
      const grants = ['--grant', 'password', '--grant', 'client_credentials']
      const terms = [...grants, '--scope', 'items:read', '--access-token-ttl', '5m']
      const { client_secret: first } = await json<Client>('client', 'add', 'app', ...terms)

      const { until, stop } = start(['demo'], { env: { ...env, LATCHKEY_PORT: '0' } })
      const [, address = ''] = await until(/listening on (http:\/\/127\.0\.0\.1:\d+)/)
      const token = async (secret: string, fields: Record<string, string>) => {
        const answer = await fetch(`${address}/oauth/token`, {
          method: 'POST',
          body: new URLSearchParams({ client_id: 'app', client_secret: secret, ...fields }),
        })
        return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
      }
      const asItself = { grant_type: 'client_credentials' }
      const asAlice = { username: 'alice', password: 'correct horse battery' }
      expect(await token(first, asItself)).toMatchObject({
        status: 200,
        body: { expires_in: 300, scope: 'items:read' },
      })
      expect(await token(first, asAlice)).toMatchObject({ status: 200 })

      const added = await json<Client>('client', 'add-secret', 'app', '--overlap', '0s')
      expect(await token(first, asItself)).toMatchObject({ status: 401 })
      expect(await token(added.client_secret, asItself)).toMatchObject({ status: 200 })

      const sessions = await json<{ items: { id: string; client_id: string }[] }>('session', 'list')
      expect(sessions.items).toMatchObject([{ client_id: 'app' }])
      expect(await run(['session', 'revoke', sessions.items[0]?.id ?? ''], { env })).toMatchObject({
        status: 0,
        stdout: 'Ended one session.\n',
      })
      expect(await json('session', 'list', '--user', 'alice')).toMatchObject({ items: [] })

      expect(await json<Client>('client', 'edit', 'app', '--scope', 'x')).toMatchObject({
        scopes: ['x'],
      })
      expect(await json<Client>('client', 'disable', 'app')).toMatchObject({ disabled: true })
      expect(await token(added.client_secret, asItself)).toMatchObject({ status: 401 })
      expect(await run(['client', 'delete', 'app'], { env })).toMatchObject({ status: 0 })
      expect(await run(['client', 'add', 'APP', '--public'], { env })).toMatchObject({
        status: 1,
        stderr: expect.stringMatching(/^That name is, or was, another client’s or a user’s/),
      })
      expect(await json('client', 'list')).toEqual({ items: [], next_cursor: null })
      expect(await stop()).toBe(0)
    })
  })
}

describe('latchkey client and session', () => {
  it.each([
    [['client', 'add', 'x', '--grant', 'magic']],
    [['client', 'add', 'x', '--access-token-ttl', 'soon']],
    [['client', 'add']],
    [['session', 'revoke']],
    [['session', 'revoke', 'id', '--user', 'alice']],
    [['session', 'list', '--limit', '0']],
  ])('end with 2 when called as %j', async (args) => {
    const finished = await run(args, { env: { LATCHKEY_DATABASE_URL: 'sqlite::memory:' } })
    expect(finished).toMatchObject({ status: 2, stdout: '' })
    expect(finished.stderr).toMatch(/^error: .*\n\nUsage: latchkey (client|session)/)
  })
})
