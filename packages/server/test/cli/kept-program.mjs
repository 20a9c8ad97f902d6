/**
 * The program as it is built, for one command after the other: each has arguments, environment and input
 * of its own, and writes to this process's output, up to a line that ends it.
 */

import { Readable } from 'node:stream'
import { main } from '../../dist/program/main.js'

const own = (emitter, event) => [emitter, event, emitter.listeners(event)]
const listened = [
  own(process, 'SIGINT'),
  own(process, 'SIGTERM'),
  own(process.stdout, 'error'),
  own(process.stderr, 'error'),
]

process.on('message', async ({ args, env, input, end }) => {
  const bytes = Buffer.from(input, 'base64')
  Object.defineProperty(process, 'stdin', {
    configurable: true,
    value: Readable.from(bytes.length > 0 ? [bytes] : []),
  })
  process.env = env
  process.exitCode = undefined
  const status = await main(args)
  process.exitCode = undefined
  for (const [emitter, event, before] of listened) {
    for (const listener of emitter.listeners(event)) {
      if (!before.includes(listener)) emitter.removeListener(event, listener)
    }
  }
  process.stdout.write(end)
  process.stderr.write(end)
  process.send({ status })
})
