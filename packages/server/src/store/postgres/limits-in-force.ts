/** Whether the server goes by the time-outs that we ask it for. */

import type { Check } from '../database.js'
import { type Ask, setting } from './ask.js'
import { IDLE, serverLimits, WORK } from './limits.js'

export async function limitsInForce(ask: Ask): Promise<Check[]> {
  const check = 'time-outs'
  const found = new Map<string, string>()
  for (const name of [...Object.keys(serverLimits), ...FOREIGN.map((limit) => limit.name)]) {
    const value = await setting(ask, name)
    if (value !== undefined) found.set(name, value)
  }
  const faults = faultsOf(found)
  return [
    faults.length === 0
      ? { check, verdict: 'holds', detail: 'those that we ask for' }
      : { check, verdict: 'warns', detail: faults.join('; ') },
  ]
}

/**
 * What of the server's time-outs is not as we need it.
 *
 * @param found the values as PostgreSQL writes them; an older one lacks some
 */
export function faultsOf(found: ReadonlyMap<string, string>): string[] {
  const values = [...found].map(([name, text]) => [name, milliseconds(text)] as const)
  return values.flatMap(([name, value]) => faultOf(name, value) ?? [])
}

function faultOf(name: string, value: number | undefined): string | undefined {
  if (value === undefined) return undefined
  const ours = new Map(Object.entries(serverLimits)).get(name)
  if (ours !== undefined) return value === ours ? undefined : notOurs(name, value, ours)
  const foreign = FOREIGN.find((limit) => limit.name === name)
  if (foreign === undefined || value === 0 || value >= foreign.harmless) return undefined
  return `${name} is ${value} ms, which ${foreign.effect}: raise it for this role, or set it to 0`
}

/** They are sent as each connection begins. */
function notOurs(name: string, value: number, ours: number): string {
  const found = value === 0 ? 'not set' : `${value} ms`
  return `${name} is ${found} in place of ${ours} ms, as where a pooler keeps it back: alter role ... set ${name} = '${ours}ms'`
}

/** What others may have set, from how much on it is harmless, and what it does below that. */
const FOREIGN = [
  { name: 'transaction_timeout', harmless: WORK, effect: 'ends what may take longer' },
  { name: 'idle_session_timeout', harmless: IDLE, effect: 'ends connections that we keep' },
]

/** @returns undefined for what is no duration */
function milliseconds(text: string): number | undefined {
  const [, amount, unit = ''] = /^(\d+)(\D*)$/.exec(text) ?? []
  const factor = FACTORS.get(unit)
  return amount === undefined || factor === undefined ? undefined : Number(amount) * factor
}

const FACTORS = new Map([
  ['', 1],
  ['ms', 1],
  ['s', 1_000],
  ['min', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
])
