/** A piece of work that is traced: part of a request, unless it is one. */
export type SpanName =
  | 'latchkey.token'
  | 'latchkey.password'
  | 'latchkey.database.read'
  | 'latchkey.database.unit'

/** What is said of it. Each value is of a list that is known beforehand, as a metric's labels are (checklist K07). */
export type SpanAttributes = Readonly<Record<`latchkey.${string}`, string>>

export interface OpenSpan {
  set(attributes: SpanAttributes): void
  /** Something has happened in it: a password's turn has come. */
  happened(event: 'begun'): void
}

/** Hears what is done for a request, and for how long. */
export interface Tracing {
  /** Runs `work` as a part of what is done now; where that is for no request, it is not traced. */
  within<Result>(name: SpanName, work: (span: OpenSpan) => Promise<Result>): Promise<Result>
}

const unheard: OpenSpan = { set() {}, happened() {} }

/** Where nobody traces. */
export const untraced: Tracing = { within: (_name, work) => work(unheard) }
