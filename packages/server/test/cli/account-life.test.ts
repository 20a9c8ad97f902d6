/** The life of an account, from its registration to the log of it: a server, a mail server, and requests alone. */

import { CompiledQuery } from 'kysely'
import { describe, expect, it, vi } from 'vitest'
import { openDatabase } from '../../src/store/open.js'
import { databases } from '../databases.js'
import { mailServer } from '../mail-server.js'
import { run, start } from './run.js'

// Several processes, and mails that go out every two seconds.
vi.setConfig({ testTimeout: 120_000 })

const issuer = 'http://127.0.0.1:8000'
const zoe = { username: 'Zoe.Miller', password: 'quite a long first one', email: 'zoe@example.com' }
const newPassword = 'and a second one as long'

describe.each(databases)('an account on $name', (database) => {
  it('is made, confirmed, stolen, won back and disabled, and the log has all of it', async () => {
    const smtp = await mailServer()
    const env = {
      LATCHKEY_DATABASE_URL: await database.url(),
      LATCHKEY_ISSUER: issuer,
      LATCHKEY_SECRET_KEY: 'ab'.repeat(32),
      LATCHKEY_PORT: '0',
      LATCHKEY_REGISTRATION: 'open',
      LATCHKEY_SMTP_URL: `smtp://127.0.0.1:${smtp.port}`,
      LATCHKEY_MAIL_FROM: 'Example <no-reply@example.com>',
    }
    const root = { username: 'root', password: 'the password of an admin' }
    await run(['user', 'add', root.username, '--admin'], { env, input: root.password })
    const server = start(['serve'], { env })
    const [address] = await server.until(/http:\/\/127\.0\.0\.1:(?!8000)\d+/)
    const { send, signIn } = requestsTo(address)
    const mail = (subject: RegExp) =>
      vi.waitFor(
        () => {
          const found = smtp.accepted.find((each) => subject.test(each.subject ?? ''))
          expect(found).toBeDefined()
          return found?.text ?? ''
        },
        { timeout: 20_000 },
      )

    expect(await send('POST', '/users', zoe)).toMatchObject({ status: 201 })
    const proof = { token: tokenIn(await mail(/^Confirm your address/)) }
    expect(await send('PUT', '/email-verifications', proof)).toMatchObject({ status: 204 })
    const thief = await signIn(zoe)
    expect(await send('GET', '/users/me', undefined, thief)).toMatchObject({
      body: { username: zoe.username, email_verified: true },
    })

    expect(await send('POST', '/password-resets', { email: zoe.email })).toMatchObject({
      status: 202,
    })
    const reset = { token: tokenIn(await mail(/^Set a new password/)), password: newPassword }
    expect(await send('PUT', '/password-resets', reset)).toMatchObject({ status: 204 })
    expect(await send('GET', '/users/me', undefined, thief)).toMatchObject({ status: 401 })
    await mail(/password .* was changed$/)
    await signIn({ ...zoe, password: newPassword })

    const admin = await signIn({ ...root, scope: 'admin' })
    const found = await send('GET', '/admin/users?search=mill', undefined, admin)
    const id: string = found.body.items[0].id
    const sessions = await send('GET', `/admin/sessions?user_id=${id}`, undefined, admin)
    expect(sessions.body.items).toHaveLength(1)
    const disabled = await send('PATCH', `/admin/users/${id}`, { disabled: true }, admin)
    expect(disabled).toMatchObject({ status: 200, body: { disabled: true } })

    const trail = await send('GET', `/admin/audit?user_id=${id}`, undefined, admin)
    const events: string[] = trail.body.items.map(({ event }: { event: string }) => event)
    expect(events.toReversed()).toEqual(
      expect.arrayContaining([
        'user_created',
        'email_verified',
        'sign_in',
        'password_reset_requested',
        'password_changed',
        'user_disabled',
      ]),
    )

    await vi.waitFor(async () => expect(await unsealed(env.LATCHKEY_DATABASE_URL)).toEqual([]), {
      timeout: 20_000,
    })
    await server.stop()
    expect((await auditFinding(env)).verdict).toBe('holds')
    await write(
      env.LATCHKEY_DATABASE_URL,
      `update audit set address = '203.0.113.9' where event = 'password_changed'`,
    )
    expect((await auditFinding(env)).verdict).toBe('fails')
  })
})

function requestsTo(address: string) {
  const send = async (method: string, path: string, body?: object, token?: string) => {
    const answer = await fetch(address + path, {
      method,
      headers: {
        ...(body && { 'content-type': 'application/json' }),
        ...(token && { authorization: `Bearer ${token}` }),
      },
      ...(body && { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) }
  }
  const signIn = async (user: { username: string; password: string; scope?: string }) => {
    const body = new URLSearchParams(Object.entries(user))
    const answer = await fetch(`${address}/token`, { method: 'POST', body })
    expect(answer.status).toBe(200)
    const { access_token: token }: { access_token: string } = await answer.json()
    return token
  }
  return { send, signIn }
}

function tokenIn(text: string): string {
  const [, token = ''] = /#token=([\w-]{43})/.exec(text) ?? []
  return token
}

async function auditFinding(env: Record<string, string>) {
  const { stdout } = await run(['doctor', '--json'], { env })
  const { findings }: { findings: { check: string; verdict: string }[] } = JSON.parse(stdout)
  const verdicts = findings
    .filter(({ check }) => check === 'audit log')
    .map(({ verdict }) => verdict)
  return { verdict: verdicts.includes('fails') ? 'fails' : verdicts[0] }
}

async function unsealed(url: string): Promise<unknown[]> {
  const database = await openDatabase(url, Date.now)
  try {
    return await database.read(CompiledQuery.raw('select id from audit where seal is null'))
  } finally {
    await database.close()
  }
}

async function write(url: string, statement: string): Promise<void> {
  const database = await openDatabase(url, Date.now)
  try {
    await database.write([{ query: CompiledQuery.raw(statement) }])
  } finally {
    await database.close()
  }
}
