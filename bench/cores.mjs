import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

/** Cores that programs can be kept on, so that server and load do not take each other's time; undefined where that can't be done. */
export const cores =
  availableParallelism() > 1 && spawnSync('taskset', ['-c', '0,1', 'true']).status === 0
    ? { server: 0, load: 1 }
    : { server: undefined, load: undefined }

/** @param {number | undefined} core @param {string[]} command */
export function pinned(core, command) {
  return core === undefined ? command : ['taskset', '-c', String(core), ...command]
}
