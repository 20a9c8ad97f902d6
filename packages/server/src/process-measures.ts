import { gauge, most, total } from './core/measures/gauges.js'
import type { Family } from './core/measures/instruments.js'
import type { EventLoopDelay } from './event-loop-delay.js'
import { version } from './version.js'

/** What this process uses, by the names that Prometheus's own libraries give it. */
export class ProcessMeasures {
  readonly #eventLoop: EventLoopDelay

  constructor(eventLoop: EventLoopDelay) {
    this.#eventLoop = eventLoop
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

  #delays(): Family[] {
    const { p50, p99, longest } = this.#eventLoop.take()
    const help = 'How late the event loop was since the last time that this was read'
    return [
      most('latchkey_event_loop_delay_p50_seconds', `${help}: half of the times.`, p50 / 1000),
      most('latchkey_event_loop_delay_p99_seconds', `${help}: 99 of 100.`, p99 / 1000),
      most('latchkey_event_loop_delay_max_seconds', `${help}: at most.`, longest / 1000),
    ]
  }
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
