/** The dashboard and the alerts ask for numbers that are there, by labels that they have. */

import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { auditEvents } from '../src/core/audit.js'
import { databases } from './databases.js'
import type { ReadFamily } from './exposition-reader.js'
import { readMetrics } from './metrics-reader.js'
import { alice, sharedServer } from './test-server.js'

interface Panel {
  title: string
  gridPos: { x: number; y: number; w: number; h: number }
  targets: { expr: string }[]
}

const page = readFileSync(new URL('../../../docs/monitoring.md', import.meta.url), 'utf8')
const dashboard: { panels: Panel[] } = JSON.parse(
  readFileSync(new URL('../../../docs/grafana-dashboard.json', import.meta.url), 'utf8'),
)

/** Of a server on each database: some have what others have not. */
const families = new Map<string, ReadFamily>()

for (const database of databases) {
  const shared = sharedServer(async () => ({ databaseUrl: await database.url() }))

  beforeAll(async () => {
    const server = shared()
    await server.signIn()
    await server.postForm('/token', { ...alice, password: 'wrong' })
    for (const [name, family] of await readMetrics(server)) families.set(name, family)
  })
}

function queriesOfAlerts(): string[] {
  const blocks = [...page.matchAll(/```yaml\n(groups:[^`]*)```/g)].map(([, text = '']) => text)
  return blocks.flatMap((text) =>
    parseAllDocuments(text).flatMap((document) =>
      document
        .toJS()
        .groups.flatMap(({ rules }: { rules: { expr: string }[] }) =>
          rules.map(({ expr }) => expr),
        ),
    ),
  )
}

/** What is wrong with a query: names that nobody has, and values that no label takes. */
function faultsOf(query: string): string[] {
  const names = [...query.matchAll(/\b((?:latchkey|process|nodejs)_[a-z0-9_]+)/g)]
  const unknown = names.map(([name]) => name).filter((name) => familyOf(name) === undefined)
  const labels = [...query.matchAll(/\b([a-z]+)(?:=~|!=|=)"([^"]*)"/g)]
  const wrong = labels
    .filter(([, label = '', value = '']) => !isKnown(label, value))
    .map(([whole]) => whole)
  return [...unknown, ...wrong]
}

function familyOf(name: string): ReadFamily | undefined {
  return families.get(name) ?? families.get(name.replace(/_(bucket|sum|count)$/, ''))
}

function isKnown(label: string, value: string): boolean {
  if (label === 'instance') return value === '$instance'
  if (label === 'event') return value.split('|').every((one) => auditEvents.some((e) => e === one))
  const has = [...families.values()].flatMap(({ samples }) =>
    samples.flatMap(({ labels }) => labels[label] ?? []),
  )
  return label === 'status' ? /^[1-5]xx$/.test(value) : has.includes(value)
}

describe('the Grafana dashboard', () => {
  it('asks for numbers that are there', () => {
    const queries = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))
    expect(queries.length).toBeGreaterThan(20)
    for (const query of queries) expect([query, faultsOf(query)]).toEqual([query, []])
  })

  it('shows everything that there is, but for what only says what runs', () => {
    const all = JSON.stringify(dashboard)
    const unseen = [...families.keys()].filter((name) => !all.includes(name))
    expect(unseen).toEqual(['latchkey_uptime_seconds'])
  })

  it('has no panel on top of another', () => {
    const taken = new Set<string>()
    for (const { title, gridPos } of dashboard.panels) {
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.has(`${x} ${y}`), title).toBe(false)
          taken.add(`${x} ${y}`)
        }
      }
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24)
    }
  })
})

describe('docs/monitoring.md', () => {
  it('has alerts that ask for numbers that are there', () => {
    const queries = queriesOfAlerts()
    expect(queries.length).toBeGreaterThan(5)
    for (const query of queries) expect([query, faultsOf(query)]).toEqual([query, []])
  })

  it('lists all numbers', () => {
    const shortened = (name: string) => name.replace(/_(p99|max)_seconds$/, '_p50_seconds')
    const missing = [...families.keys()].filter((name) => !page.includes(`\`${shortened(name)}`))
    expect(missing).toEqual([])
  })
})
