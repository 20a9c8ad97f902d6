import type { Family } from './core/measures/instruments.js'
import type { Cores } from './core/passwords/cores.js'

/** What the process that has started several does for all of them. */
export interface Primary {
  /** Who says when a hash may be computed. */
  readonly cores: Cores
  /**
   * Has this process's numbers joined with the others'.
   *
   * @returns what asks for those of all
   */
  measuresOfAll(own: () => Family[]): () => Promise<readonly Family[]>
}
