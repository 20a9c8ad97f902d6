import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { environmentName, settingKeys } from '../../packages/server/src/settings/settings.js'
import { mailsOf, tokenOf } from '../../packages/server/test/mails.js'
import { alice, type TestServer, testServer } from '../../packages/server/test/test-server.js'
import { codeBlocks, root } from './code-blocks.js'
import { parseLatchkey, programOf } from './command-line.js'
import { curlRequest } from './curl.js'
import { shellCommands } from './shell.js'

const shown = codeBlocks()
  .filter(({ kind }) => kind === 'sh')
  .flatMap(({ place, text }) =>
    shellCommands(text).map((command) => ({ place, program: programOf(command), command })),
  )

const known = ['curl', 'latchkey', 'npm']
/** What a system brings along. The script for `node` is run where encryption is tested. */
const foreign = ['firebase', 'kc.sh', 'kill', 'node', 'openssl', 'psql', 'python', 'tee', 'umask']

describe('what the documentation has people type', () => {
  it('is for programs that are there', () => {
    expect(shown.length).toBeGreaterThan(30)
    const others = shown.filter(({ program }) => ![...known, ...foreign].includes(program))
    expect(others.map(({ place, program }) => `${place}: ${program}`)).toEqual([])
  })

  it('names settings that Latchkey has', () => {
    const names = settingKeys.map(environmentName)
    const taken = [...names, ...names.map((name) => `${name}_FILE`), 'PORT']
    for (const { place, command } of shown) {
      expect(taken, place).toEqual(expect.arrayContaining(Object.keys(command.environment)))
    }
  })

  it('is what the command line takes', async () => {
    const commands = shown.filter(({ program }) => program === 'latchkey')
    expect(commands.length).toBeGreaterThan(25)
    for (const { place, command } of commands) {
      const said = `${place}: ${command.words.join(' ')}`
      await expect(parseLatchkey(command), said).resolves.toBeUndefined()
    }
  })

  it.each([
    ['latchkey user add alice --emial a@b.example', 'unknown option'],
    ['latchkey user ad alice', 'unknown command'],
    ['npx latchkey key retire', 'missing required argument'],
    ['latchkey user list --limit many', 'whole number'],
  ])('would be found out: %s', async (line, reason) => {
    const [command] = shellCommands(line)
    await expect(parseLatchkey(command ?? { words: [], environment: {} })).rejects.toThrow(reason)
  })

  it('of npm are scripts and packages of ours', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    const ours = ['latchkey', '@latchkey/guard', '@latchkey/client']
    for (const { place, command } of shown.filter(({ program }) => program === 'npm')) {
      const [, verb = '', ...rest] = command.words
      if (verb === 'install') expect(ours, place).toEqual(expect.arrayContaining(rest))
      else expect(Object.keys(scripts), place).toContain(verb === 'run' ? rest[0] : verb)
    }
  })
})

it('what the documentation asks a server by curl is answered', async () => {
  const server = await testServer()
  const placeholders = await whatReadersFillIn(server)
  const requests = shown.filter(({ program }) => program === 'curl')
  expect(requests.length).toBeGreaterThan(4)
  for (const { place, command } of requests) {
    const words = command.words.map((word) => fill(word, placeholders))
    const { statusCode, body } = await server.app.inject(curlRequest(words))
    expect([200, 202, 204], `${place}: ${words.join(' ')}\n${body}`).toContain(statusCode)
  }
})

/** The client that the pages speak of, and what it and a user have been given. The demo's user is not for others. */
async function whatReadersFillIn(server: TestServer): Promise<Record<string, string>> {
  await server.addUser()
  const answer = await server.postForm('/token', alice)
  const { access_token, refresh_token } = answer.json()
  const by = { actor: 'test' }
  const terms = { grants: ['client_credentials'] as const }
  await server.addUser({ username: 'bob', email: 'bob@example.com', emailVerified: true })
  await server.addUser({ username: 'carol', email: 'carol@example.com' })
  await server.addUser({ username: 'root', scopes: ['admin'] })
  await server.latchkey.passwordResets.request('bob@example.com', by)
  await server.latchkey.emailAddresses.requestProof('carol@example.com', by)
  const [reset] = await mailsOf(server, 'password_reset')
  const [verification] = await mailsOf(server, 'email_verification')
  const { secret = '' } = await server.latchkey.clientRegistry.add('nightly', true, terms, by)
  return {
    'username=testuser&password=password123': `${new URLSearchParams(alice)}`,
    '<access_token>': access_token,
    '<admin token>': await server.signIn({ username: 'root', scope: 'admin' }),
    '@users.ndjson': '{"username": "dave"}\n',
    'lkr_...': refresh_token,
    'lks_...': secret,
    '<reset token>': reset ? tokenOf(reset) : '',
    '<verification token>': verification ? tokenOf(verification) : '',
  }
}

function fill(word: string, placeholders: Record<string, string>): string {
  return Object.entries(placeholders).reduce(
    (text, [placeholder, value]) => text.replace(placeholder, value),
    word,
  )
}
