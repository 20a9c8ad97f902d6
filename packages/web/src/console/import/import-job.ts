import type { FilePiece, FilePieces, Place } from './file-pieces.js'
import { recordAt } from './file-pieces.js'
import type { Reject } from './rejects.js'
import { whatNow } from './what-now.js'

/** What the server says of a piece. */
export interface PieceAnswer {
  readonly imported: number
  readonly present: number
  readonly left_out: number
  readonly formats: Readonly<Record<string, number>>
  readonly rejects: readonly { readonly line: number; readonly why: string }[]
}

export interface ImportTools {
  send(piece: FilePiece): Promise<PieceAnswer>
  /** Milliseconds. */
  now(): number
  /** Until so many milliseconds have passed, or the signal fires. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>
}

/**
 * `waiting`: the server or the connection is away, and it is tried again by itself. `signed_out` and `no_right`: whoever
 * imports has to come back. `failed`: nothing will come of it.
 */
export type Phase =
  | { readonly name: 'running' | 'stopping' | 'stopped' | 'signed_out' | 'no_right' | 'ended' }
  | { readonly name: 'waiting' | 'failed'; readonly error: unknown }

export interface ImportProgress {
  readonly phase: Phase
  /** Up to where it is done. */
  readonly place: Place
  readonly imported: number
  readonly present: number
  readonly leftOut: number
  readonly formats: Readonly<Record<string, number>>
  /** The first of them. */
  readonly rejects: readonly Reject[]
  /** Lines; undefined until that can be said. */
  readonly linesPerSecond: number | undefined
  readonly secondsLeft: number | undefined
}

/** Sends a file piece by piece, and goes on until it is through, whatever happens to the connection. */
export class ImportJob {
  readonly pieces: FilePieces
  readonly #size: number
  readonly #tools: ImportTools
  readonly #listeners = new Set<() => void>()
  #progress: ImportProgress
  #want = firstWant
  #wake = new AbortController()
  #pace = { milliseconds: 0, bytes: 0, lines: 0 }

  /** @param size of the file, in bytes */
  constructor(pieces: FilePieces, size: number, tools: ImportTools) {
    this.pieces = pieces
    this.#size = size
    this.#tools = tools
    this.#progress = {
      ...{ phase: { name: 'stopped' }, place: pieces.begin, formats: {}, rejects: [] },
      ...{ imported: 0, present: 0, leftOut: 0 },
      ...{ linesPerSecond: undefined, secondsLeft: undefined },
    }
  }

  get progress(): ImportProgress {
    return this.#progress
  }

  /** @returns what ends it */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Begins, or goes on where it was. What is under way goes on, without a pause. */
  async goOn(): Promise<void> {
    const { name } = this.#progress.phase
    this.#wake.abort()
    if (name === 'stopping') this.#enter({ name: 'running' })
    if (['running', 'stopping', 'waiting', 'ended', 'failed'].includes(name)) return
    this.#enter({ name: 'running' })
    await this.#run()
  }

  /** After the piece that is under way. */
  stop(): void {
    const { name } = this.#progress.phase
    if (name === 'running' || name === 'waiting') this.#enter({ name: 'stopping' })
    this.#wake.abort()
  }

  async #run(): Promise<void> {
    let pause = shortestPause
    while (true) {
      if (this.#isAt('stopping')) return this.#enter({ name: 'stopped' })
      try {
        if (!(await this.#step())) return this.#enter({ name: 'ended' })
        pause = shortestPause
      } catch (error) {
        const next = whatNow(error)
        if (next === 'signed_out' || next === 'no_right') return this.#enter({ name: next })
        if (next === 'failed') return this.#enter({ name: 'failed', error })
        this.#want = Math.max(leastWant, this.#want / 2)
        if (!this.#isAt('stopping')) await this.#pause(pause, error)
        pause = Math.min(2 * pause, longestPause)
      }
    }
  }

  async #pause(milliseconds: number, error: unknown): Promise<void> {
    this.#wake = new AbortController()
    this.#enter({ name: 'waiting', error })
    await this.#tools.wait(milliseconds, this.#wake.signal)
    if (this.#isAt('waiting')) this.#enter({ name: 'running' })
  }

  /** @returns false at the end of the file */
  async #step(): Promise<boolean> {
    const { place, leftOut } = this.#progress
    const piece = await this.pieces.from(place, this.#want)
    if (piece === undefined) return false
    if ('tooLong' in piece) {
      const reject = { line: place.line, why: tooLong, text: undefined }
      this.#tell({ place: piece.ends, leftOut: leftOut + 1, rejects: this.#with([reject]) })
      return true
    }
    const began = this.#tools.now()
    const answer = await this.#tools.send(piece)
    this.#take(piece, answer, this.#tools.now() - began)
    return true
  }

  #take(piece: FilePiece, answer: PieceAnswer, milliseconds: number): void {
    const { imported, present, leftOut, formats } = this.#progress
    const rejects = answer.rejects.map(({ line, why }) => {
      const text = recordAt(piece, line, this.pieces.form)
      return { line, why, text: text.length <= longestText ? text : undefined }
    })
    this.#measure(piece, milliseconds)
    this.#tell({
      place: piece.ends,
      imported: imported + answer.imported,
      present: present + answer.present,
      leftOut: leftOut + answer.left_out,
      formats: sum(formats, answer.formats),
      rejects: this.#with(rejects),
      ...this.#speed(piece.ends),
    })
  }

  /** The next piece takes about as long as one waits without a sign. What is long ago counts less and less. */
  #measure({ body, begins, ends }: FilePiece, milliseconds: number): void {
    const fitting = (body.length * wanted) / Math.max(1, milliseconds)
    this.#want = Math.max(leastWant, Math.min(fitting, 2 * this.#want, mostWant))
    const fade = this.#pace.milliseconds > memory ? 0.9 : 1
    this.#pace = {
      milliseconds: fade * this.#pace.milliseconds + milliseconds,
      bytes: fade * this.#pace.bytes + ends.byte - begins.byte,
      lines: fade * this.#pace.lines + ends.line - begins.line,
    }
  }

  #speed({ byte }: Place) {
    const { milliseconds, bytes, lines } = this.#pace
    if (milliseconds < shortestMeasure) return {}
    return {
      linesPerSecond: (1000 * lines) / milliseconds,
      secondsLeft: ((this.#size - byte) * milliseconds) / bytes / 1000,
    }
  }

  #with(rejects: readonly Reject[]): readonly Reject[] {
    const { rejects: before } = this.#progress
    return rejects.length === 0 ? before : [...before, ...rejects].slice(0, mostRejects)
  }

  #isAt(name: Phase['name']): boolean {
    return this.#progress.phase.name === name
  }

  #enter(phase: Phase): void {
    this.#tell({ phase })
  }

  #tell(news: Partial<ImportProgress>): void {
    this.#progress = { ...this.#progress, ...news }
    for (const listener of this.#listeners) listener()
  }
}

/** Said of what the server never sees. */
const tooLong = 'It is longer than 524288 bytes'

/** Rejects in memory, and characters of one. */
const mostRejects = 10_000
const longestText = 8192

/** Bytes of a piece. */
const firstWant = 64 * 1024
const leastWant = 4 * 1024
const mostWant = 512 * 1024

/** Milliseconds: of a piece, of pauses, and for how long speed is measured. */
const wanted = 1000
const shortestPause = 1000
const longestPause = 30_000
const memory = 10_000
const shortestMeasure = 300

function sum(
  one: Readonly<Record<string, number>>,
  other: Readonly<Record<string, number>>,
): Record<string, number> {
  const counts = { ...one }
  for (const [name, count] of Object.entries(other)) counts[name] = (counts[name] ?? 0) + count
  return counts
}
