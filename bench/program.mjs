import { fork } from 'node:child_process'

/**
 * Starts a program that answers orders, one message for each.
 *
 * @param {string[]} command
 * @param {Record<string, string>} [env] beside PATH
 */
export function startProgram([execPath, ...args], env = {}) {
  const at = args.findIndex((arg) => arg.endsWith('.mjs'))
  const child = fork(args[at], args.slice(at + 1), {
    execPath,
    execArgv: args.slice(0, at),
    env: { PATH: process.env.PATH ?? '', ...env },
    serialization: 'advanced',
  })
  const waiting = new Map()
  let lastId = 0
  child.on('message', ({ id, answer, fault }) => {
    const { resolve, reject } = waiting.get(id)
    waiting.delete(id)
    if (fault === undefined) resolve(answer)
    else reject(new Error(fault))
  })
  child.on('exit', () => {
    for (const { reject } of waiting.values()) reject(new Error(`${args[at]} has ended`))
  })
  return {
    ask: (order, details) =>
      new Promise((resolve, reject) => {
        waiting.set(++lastId, { resolve, reject })
        child.send({ id: lastId, order, ...details })
      }),
    stop: () => child.kill(),
  }
}
