import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks'
import { gauge, most, total } from './core/measures/gauges.js'
import type { Family } from './core/measures/instruments.js'
import { version } from './version.js'

/** What this process uses, by the names that Prometheus's own libraries give it. */
export class ProcessMeasures {
  readonly #delay: IntervalHistogram = monitorEventLoopDelay({ resolution: 10 })

  start(): void {
    this.#delay.enable()
  }

  stop(): void {
    this.#delay.disable()
  }

  readonly families = (): Family[] => {
    const { user, system } = process.cpuUsage()
    const { rss, heapUsed } = process.memoryUsage()
    return [
      info(),
      gauge('latchkey_processes', 'How many processes serve, of those that share a port.', 1),
      total(
        'process_cpu_seconds_total',
        'Time that the processor spent, threads that hash included.',
        (user + system) / 1e6,
      ),
      gauge('process_resident_memory_bytes', 'Memory that is held.', rss),
      gauge('nodejs_heap_size_used_bytes', 'Memory that JavaScript uses.', heapUsed),
      most('latchkey_uptime_seconds', 'How long the oldest process runs.', process.uptime()),
      ...this.#delays(),
    ]
  }

  /** Since somebody last asked; without anybody's asking, since the start. */
  #delays(): Family[] {
    const [p50, p99, longest] = [
      this.#delay.percentile(50),
      this.#delay.percentile(99),
      this.#delay.max,
    ]
    this.#delay.reset()
    const help = 'How late the event loop was since the last time that this was read'
    return [
      most('latchkey_event_loop_delay_p50_seconds', `${help}: half of the times.`, lateness(p50)),
      most('latchkey_event_loop_delay_p99_seconds', `${help}: 99 of 100.`, lateness(p99)),
      most('latchkey_event_loop_delay_max_seconds', `${help}: at most.`, lateness(longest)),
    ]
  }
}

/** The timer that is measured is due each 10 ms; nothing was measured yet where there is no number. */
function lateness(nanoseconds: number): number {
  return Number.isFinite(nanoseconds) ? Math.max(0, nanoseconds / 1e9 - 0.01) : 0
}

function info(): Family {
  return {
    name: 'latchkey_build_info',
    help: 'Which version runs, on which Node.js.',
    type: 'gauge',
    joined: 'most',
    samples: [{ labels: { version, node: process.versions.node }, value: 1 }],
  }
}
