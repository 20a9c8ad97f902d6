import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parse } from 'yaml'
import { environmentName, settingKeys } from '../../packages/server/src/settings/settings.js'
import { openStore } from '../../packages/server/src/store/open.js'
import { testServer } from '../../packages/server/test/test-server.js'
import { type CodeBlock, codeBlocks } from './code-blocks.js'
import { parseLatchkey, programOf } from './command-line.js'
import { shellCommands } from './shell.js'

const blocks = codeBlocks()
const ini = blocks.filter(({ kind }) => kind === 'ini').map(readIni)
const yaml = blocks.filter(({ kind }) => kind === 'yaml')

/** Seconds: what is under way at the end may take that long, after LATCHKEY_DRAIN. */
const longestFinish = 15

describe('the unit for systemd', () => {
  const unit = ini.find(({ values }) => values.has('ExecStart'))

  it('runs a command that there is, and tells its process to change its workers', async () => {
    const [start] = shellCommands(unit?.values.get('ExecStart') ?? '')
    if (start === undefined) throw new Error('No unit starts anything')
    expect(programOf(start)).toBe('latchkey')
    await parseLatchkey(start)
    expect(unit?.values.get('ExecReload')).toBe('/bin/kill -HUP $MAINPID')
  })

  it('waits for as long as the end may take', () => {
    expect(Number(unit?.values.get('TimeoutStopSec'))).toBeGreaterThan(longestFinish + 10)
  })
})

describe('the pod for Kubernetes', () => {
  const pods = yaml.map(({ text }) => parse(text)).filter((read) => read.containers)

  it('gives settings that Latchkey has, and asks for routes that it has', async () => {
    expect(pods.length).toBeGreaterThan(0)
    const server = await testServer()
    for (const container of pods.flatMap(({ containers }) => containers)) {
      const given = container.env.map(({ name }: { name: string }) => name)
      expect(settingKeys.map(environmentName)).toEqual(expect.arrayContaining(given))
      for (const { httpGet } of [container.livenessProbe, container.readinessProbe]) {
        expect((await server.app.inject(httpGet.path)).statusCode, httpGet.path).toBe(200)
      }
    }
  })

  it('waits for as long as the end may take', () => {
    for (const { terminationGracePeriodSeconds, containers } of pods) {
      const drain = containers[0].env.find(({ name }: Variable) => name === 'LATCHKEY_DRAIN')
      expect(terminationGracePeriodSeconds).toBeGreaterThan(
        Number.parseInt(drain.value, 10) + longestFinish,
      )
    }
  })
})

it('PgBouncer is told of all that connections bring and it does not know by itself', async () => {
  const section = ini.find(({ values }) => values.has('ignore_startup_parameters'))
  const ignored = section?.values.get('ignore_startup_parameters')?.split(', ') ?? []
  const brought = await startupParameters()
  expect(brought).toContain('statement_timeout')
  expect(brought.filter((name) => !knownToPgBouncer.has(name)).toSorted()).toEqual(
    ignored.toSorted(),
  )
})

const knownToPgBouncer = new Set(['user', 'database', 'client_encoding', 'application_name'])

/** The names in the first message of a connection (PostgreSQL's documentation, StartupMessage). */
async function startupParameters(): Promise<string[]> {
  const server = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const opening = openStore(`postgres://somebody@127.0.0.1:${port}/latchkey`)
  const [socket]: Socket[] = await once(server, 'connection')
  const [message]: Buffer[] = (await once(socket ?? server, 'data')) ?? []
  socket?.destroy()
  await expect(opening).rejects.toMatchObject({ code: 'storage_unavailable' })
  const texts = message?.toString('utf8', 8).split('\0') ?? []
  return texts.filter((text, index) => index % 2 === 0 && text !== '')
}

/** `name = value` by the line, in sections. */
function readIni({ place, text }: CodeBlock): { values: Map<string, string> } {
  const lines = text.split('\n').filter((line) => line !== '' && !/^\[\w+\]$/.test(line))
  const values = lines.map((line) => {
    const [, name, value] = /^(\w+) ?= ?(.+)$/.exec(line) ?? []
    if (name === undefined || value === undefined) throw new Error(`${place}: ${line}`)
    return [name, value] as const
  })
  return { values: new Map(values) }
}

interface Variable {
  name: string
}
