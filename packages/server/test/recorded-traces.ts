import { AsyncLocalStorage } from 'node:async_hooks'
import type { Context, OpenTelemetry, Span } from '../src/open-telemetry.js'

export interface RecordedSpan {
  name: string
  kind: number | undefined
  parent: RecordedSpan | undefined
  attributes: Record<string, string | number>
  events: string[]
  status: { code: number; message?: string } | undefined
}

/** What `@opentelemetry/api` does with an SDK behind it, as far as it is used: spans, kept as they end. */
export class RecordedTraces {
  ended: RecordedSpan[] = []
  /** By the `traceparent` that a caller sent. */
  readonly callers = new Map<string, RecordedSpan>()
  readonly #spans = new WeakMap<Span | Context, RecordedSpan>()
  readonly #current = new AsyncLocalStorage<Context>()
  readonly #nowhere: Context = {}

  /** Each span with the names of those around it. */
  get paths(): string[] {
    return [...new Set(this.ended.map(pathOf))].sort()
  }

  named(name: string): RecordedSpan | undefined {
    return this.ended.find((span) => span.name === name)
  }

  /** Runs in a span of the app's own. */
  async around(name: string, work: () => Promise<unknown>): Promise<void> {
    const span = this.#start(name, undefined, {}, undefined)
    await this.api.context.with(this.api.trace.setSpan({}, span), async () => {
      await work()
    })
    span.end()
  }

  readonly api: OpenTelemetry = {
    trace: {
      getTracer: () => ({
        startSpan: (name, { kind, attributes = {} }, parent) =>
          this.#start(name, kind, attributes, this.#spans.get(parent)),
      }),
      getSpan: (context) => (this.#spans.has(context) ? this.#handleOf(context) : undefined),
      setSpan: (_parent, span) => {
        const context = {}
        const recorded = this.#spans.get(span)
        if (recorded !== undefined) this.#spans.set(context, recorded)
        return context
      },
    },
    context: {
      active: () => this.#current.getStore() ?? this.#nowhere,
      with: (context, work) => this.#current.run(context, work),
    },
    propagation: {
      extract: (context, headers, getter) => {
        const caller = this.callers.get(getter.get(headers, 'traceparent') ?? '')
        if (caller === undefined) return context
        const remote = {}
        this.#spans.set(remote, caller)
        return remote
      },
    },
  }

  #start(
    name: string,
    kind: number | undefined,
    attributes: RecordedSpan['attributes'],
    parent: RecordedSpan | undefined,
  ): Span {
    const recorded: RecordedSpan = {
      name,
      kind,
      parent,
      attributes: { ...attributes },
      events: [],
      status: undefined,
    }
    const handle = this.#handle(recorded)
    this.#spans.set(handle, recorded)
    return handle
  }

  #handleOf(context: Context): Span | undefined {
    const recorded = this.#spans.get(context)
    return recorded && this.#handle(recorded)
  }

  #handle(recorded: RecordedSpan): Span {
    return {
      setAttribute: (name, value) => {
        recorded.attributes[name] = value
      },
      addEvent: (name) => recorded.events.push(name),
      setStatus: (status) => {
        recorded.status = status
      },
      end: () => {
        if (this.ended.includes(recorded)) throw new Error(`${recorded.name} ends twice`)
        this.ended.push(recorded)
      },
    }
  }
}

function pathOf({ parent, name }: RecordedSpan): string {
  return parent === undefined ? name : `${pathOf(parent)} > ${name}`
}
