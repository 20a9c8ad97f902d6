import { fork } from 'node:child_process'
import { pinned } from './cores.mjs'

const program = new URL('./programs/load.mjs', import.meta.url).pathname

/**
 * What a run measured.
 * @typedef {object} Measurement
 * @property {number} answered answers of status 200 within the time that counts
 * @property {number} seconds how long that was
 * @property {number} finished answers of the whole run, before and after that time included
 * @property {number} refused answers of another status
 * @property {number} p50 milliseconds
 * @property {number} p99 milliseconds
 * @property {number} refusedP99 the same of the answers of another status
 */

/**
 * Starts a load generator: a process of its own, on a core of its own where there is one.
 * wrk reaches more; this one needs nothing installed and still outruns what it measures.
 */
export function startLoad({ core } = {}) {
  const [command, ...args] = pinned(core, [process.execPath, program])
  const child = fork(args.at(-1), {
    execPath: command,
    execArgv: args.slice(0, -1),
    serialization: 'advanced',
  })
  const waiting = new Map()
  let lastId = 0
  child.on('message', ({ id, answer }) => {
    waiting.get(id)?.resolve(answer)
    waiting.delete(id)
  })
  child.on('exit', () => {
    for (const { reject } of waiting.values()) reject(new Error('The load generator died'))
  })
  const ask = (order, details) =>
    new Promise((resolve, reject) => {
      waiting.set(++lastId, { resolve, reject })
      child.send({ id: lastId, order, ...details })
    })
  return {
    /**
     * Keeps requests under a name; runs take them in turn, each going on where the last one ended.
     * In place of requests the name of others: the same, with a turn of their own.
     */
    prepare: (name, requests) => ask('prepare', { name, requests }),
    /**
     * @param {{name: string, port: number, connections: number, milliseconds: number, settle?: number, atLeast?: number, perSecond?: number}} run
     *   without `perSecond` each connection sends as soon as it has its answer; `atLeast` so many
     *   answers there are, however long that takes
     * @returns {Promise<Measurement>}
     */
    run: (run) => ask('run', { settle: 200, atLeast: 0, ...run }),
    stop: () => child.kill(),
  }
}

/** @param {string} [token] */
export function getRequest(path, token) {
  const authorization = token === undefined ? '' : `Authorization: Bearer ${token}\r\n`
  return `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${authorization}\r\n`
}

export function signInRequest(username, password) {
  const body = new URLSearchParams({ username, password }).toString()
  return `POST /token HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body}`
}
