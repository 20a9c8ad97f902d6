/** The part of `@opentelemetry/api` 1.x that is used here: it is nobody's to install who does not trace. */

/** What a trace is at a point of the program; theirs. */
export type Context = object

export interface Span {
  setAttribute(name: string, value: string | number): unknown
  addEvent(name: string): unknown
  setStatus(status: { code: number; message?: string }): unknown
  end(): void
}

export interface SpanOptions {
  kind?: number
  attributes?: Record<string, string | number>
}

export interface Tracer {
  startSpan(name: string, options: SpanOptions, parent: Context): Span
}

/** Reads headers, for whoever knows in which of them a trace is handed on. */
export interface HeaderGetter {
  keys(headers: object): string[]
  get(headers: object, name: string): string | undefined
}

export interface OpenTelemetry {
  readonly trace: {
    getTracer(name: string, version: string): Tracer
    getSpan(context: Context): Span | undefined
    setSpan(context: Context, span: Span): Context
  }
  readonly context: {
    active(): Context
    with<Result>(context: Context, work: () => Result): Result
  }
  readonly propagation: {
    extract(context: Context, headers: object, getter: HeaderGetter): Context
  }
}

/** Of the specification, the same in every version. */
export const serverKind = 1
export const errorStatus = 2

/** Undefined where nobody has installed it, or no SDK is behind it: many libraries bring it along for nothing. */
export async function findOpenTelemetry(): Promise<OpenTelemetry | undefined> {
  try {
    const found: unknown = await import(nameOfIt)
    return isOpenTelemetry(found) && keepsContext(found) ? found : undefined
  } catch {
    return undefined
  }
}

/** As a variable, because neither compiler nor bundler is to look for it. */
const nameOfIt: string = '@opentelemetry/api'

/** Without an SDK nothing is ever in a context, and so no span in another. */
function keepsContext({ context }: OpenTelemetry): boolean {
  const inner: Context = Object.create(context.active())
  return context.with(inner, () => context.active() === inner)
}

const parts = {
  trace: ['getTracer', 'getSpan', 'setSpan'],
  context: ['active', 'with'],
  propagation: ['extract'],
}

function isOpenTelemetry(found: unknown): found is OpenTelemetry {
  if (typeof found !== 'object' || found === null) return false
  return Object.entries(parts).every(([name, methods]) => {
    const part: unknown = Reflect.get(found, name)
    if (typeof part !== 'object' || part === null) return false
    return methods.every((method) => typeof Reflect.get(part, method) === 'function')
  })
}
