/** The cores of a machine, for whose who share them. */
export interface Cores {
  /** Resolves when one may be used. */
  take(): Promise<void>
  giveBack(): void
}

/**
 * Who may use a core: as many at a time as there are, first come, first served. For the one process that
 * the others ask.
 */
export class CoreTurns<Process> {
  readonly #give: (to: Process) => void
  readonly #waiting: Process[] = []
  readonly #using = new Map<Process, number>()
  #free: number

  constructor(cores: number, give: (to: Process) => void) {
    this.#free = cores
    this.#give = give
  }

  want(process: Process): void {
    this.#waiting.push(process)
    this.#giveWhatIsFree()
  }

  giveBack(process: Process): void {
    const used = this.#using.get(process)
    if (used === undefined) return
    if (used === 1) this.#using.delete(process)
    else this.#using.set(process, used - 1)
    this.#free += 1
    this.#giveWhatIsFree()
  }

  /** It has ended: what it used is free, and it waits no longer. */
  forget(process: Process): void {
    const others = this.#waiting.filter((each) => each !== process)
    this.#waiting.splice(0, Number.POSITIVE_INFINITY, ...others)
    this.#free += this.#using.get(process) ?? 0
    this.#using.delete(process)
    this.#giveWhatIsFree()
  }

  #giveWhatIsFree(): void {
    while (this.#free > 0) {
      const next = this.#waiting.shift()
      if (next === undefined) return
      this.#free -= 1
      this.#using.set(next, (this.#using.get(next) ?? 0) + 1)
      this.#give(next)
    }
  }
}
