import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type RunningProgram, startProgram } from '../../packages/server/test/running-program.js'
import { Consumer } from './consumer.js'
import { adapters, alice } from './snippet-context.js'
import { type Places, Snippets } from './snippets.js'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let project: Consumer
let snippets: Snippets

beforeAll(() => {
  project = new Consumer()
  snippets = new Snippets(project)
  // What the tests below run.
  const emitted = { noEmit: false, outDir: 'out' }
  expect(project.compile(snippets.files('ts'), emitted)).toBe('')
  // JavaScript, whose readers are not asked for types.
  const loose = { ...emitted, strict: false, exactOptionalPropertyTypes: false }
  expect(project.compile(snippets.files('js'), loose)).toBe('')
})

afterAll(() => project?.remove())

describe('what the documentation shows', () => {
  it.each([
    ['node16', 'node16'],
    ['esnext', 'bundler'],
  ])('compiles with module: %s too', (module, moduleResolution) => {
    const options = { module, moduleResolution, skipLibCheck: true }
    expect(snippets.files('ts').length).toBeGreaterThan(14)
    expect(project.compile(snippets.files('ts'), options)).toBe('')
  })

  it('is a server, an app that signs in, and APIs behind guards', async () => {
    const server = await startServer()
    const places = placesOf(server.address)
    const guarded = snippets.program('docs/guard.md', 'guard.ready()', places)
    const api = await startProgram([guarded], { cwd: project.folder })
    const app = snippets.program(
      'packages/client/README.md',
      'auth.logout()',
      { ...places, 'https://api.example.com': api.address },
      'console.log(response.status, await auth.getAccessToken().catch(({ code }) => code))',
    )
    expect(project.node([app])).toEqual({ status: 0, stdout: '200 signed_out\n', stderr: '' })

    const page = 'packages/guard/README.md'
    const guard = snippets.program(page, 'export const guard', places)
    const files = Object.entries(adapters).map(([held, ask]) =>
      snippets.program(page, held, {}, ask),
    )
    project.write('ask-each.js', askEach(guard, files))
    const { stdout, stderr } = project.node(['ask-each.js', await signIn(server.address)])
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toEqual(
      files.map(() => [401, 200, expect.stringMatching(/^\["something of .+"\]$/)]),
    )
  })

  it('tests an API without a server', () => {
    const testing = snippets.program('packages/guard/README.md', 'testTokens')
    expect(project.node([testing])).toEqual({
      status: 0,
      stdout: 'ada invalid_token\n',
      stderr: '',
    })
  })

  it('tests whole flows with a server in memory', () => {
    const tests = snippets.programs('docs/testing.md')
    // In one process: each by itself would load the server again.
    project.write('all-tests.js', tests.map((file) => `import './${file}'`).join('\n'))
    const { status, stdout, stderr } = project.node(['--test-reporter=tap', 'all-tests.js'])
    expect(stderr).toBe('')
    expect(stdout).toContain('# pass 4\n# fail 0')
    expect(status).toBe(0)
  })

  it('begins alike in the README of the whole and in that of the server', () => {
    const held = 'app.register(latchkey'
    expect(snippets.text('packages/server/README.md', held)).toBe(snippets.text('README.md', held))
  })
})

/** The README's app, and alice in its database. */
async function startServer(): Promise<RunningProgram> {
  const held = 'app.register(latchkey'
  const say = "console.log('http://127.0.0.1:' + app.server.address().port)"
  const program = snippets.program('README.md', held, {}, say)
  const server = await startProgram([program], { cwd: project.folder })
  const add = ['node_modules/latchkey/bin/latchkey.js', 'user', 'add', alice.username]
  const env = { LATCHKEY_DATABASE_URL: 'sqlite:./data/app.db' }
  const added = project.node([...add, '--scope', 'items:read'], { env, input: alice.password })
  expect(added).toMatchObject({ status: 0, stderr: '' })
  return server
}

async function signIn(address: string): Promise<string> {
  const body = new URLSearchParams(alice)
  const answer = await fetch(`${address}/token`, { method: 'POST', body })
  const { access_token: token } = await answer.json()
  return String(token)
}

/** Its audience is the issuer unless a setting says otherwise. */
function placesOf(server: string): Places {
  return { 'https://auth.example.com': server, 'https://api.example.com': server }
}

/** Without a token, and with one. */
const askEach = (guard: string, adapters: readonly string[]) => `
globalThis.guard = (await import('./${guard}')).guard
const headers = { authorization: 'Bearer ' + process.argv[2] }
const seen = []
for (const file of ${JSON.stringify(adapters)}) {
  const { ask } = await import('./' + file)
  const [anonymous, known] = [await ask({}), await ask(headers)]
  seen.push([anonymous.status, known.status, await known.text()])
}
console.log(JSON.stringify(seen))
`
