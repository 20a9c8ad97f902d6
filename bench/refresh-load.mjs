import { pinned } from './cores.mjs'
import { startProgram } from './program.mjs'

const program = new URL('./programs/refresh-load.mjs', import.meta.url).pathname

/** Starts a load generator that refreshes: each answer holds the token of a next request. */
export function startRefreshLoad({ core } = {}) {
  const { ask, stop } = startProgram(pinned(core, [process.execPath, program]))
  return {
    /** Keeps refresh tokens under a name; they go on from run to run. */
    prepare: (name, tokens) => ask('prepare', { name, tokens }),
    /**
     * @param {{name: string, port?: number, ports?: number[], connections: number, milliseconds: number, settle?: number}} run
     *   the ports take connections in turn; each connection sends as soon as it has its answer, for its share of the tokens in turn
     * @returns {Promise<{answered: number, seconds: number, finished: number, p50: number, p99: number}>}
     *   `finished`: answers of the whole run; the others only of the time that counts
     */
    run: ({ port, ports = [port], ...run }) => ask('run', { settle: 200, ports, ...run }),
    stop,
  }
}
