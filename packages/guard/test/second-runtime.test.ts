/** The guard where there is no Node: in a runtime that has the web platform alone. */

import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { EdgeVM } from '@edge-runtime/vm'
import { expect, it, vi } from 'vitest'
import { bundled } from './bundle.js'
import type { Result } from './worker.js'

vi.setConfig({ testTimeout: 60_000 })

it('the guard decides on the web platform alone as it does on Node, case by case', async () => {
  const entry = join(import.meta.dirname, 'worker.ts')
  const { code, imports } = await bundled(entry, { format: 'iife' })
  expect(imports).toEqual([])
  const runtime = new EdgeVM()
  runtime.evaluate(code)
  const text = await runtime.evaluate<Promise<string>>(
    'bundle.fetch().then((answer) => answer.text())',
  )
  const { hasNode, results } = JSON.parse(text) as { hasNode: boolean; results: Result[] }
  expect(hasNode).toBe(false)
  expect(results.length).toBeGreaterThan(50)
  for (const { app, name, expected, outcome } of results) {
    expect(outcome, `${app}: ${name}`).toEqual(expected)
  }
})

it('the guard, what is loaded late apart, is less than 15 kB to load', async () => {
  const entry = join(import.meta.dirname, '../src/index.ts')
  const { code, imports } = await bundled(entry, { minify: true, external: ['jose'] })
  expect(imports).toEqual(['jose'])
  expect(gzipSync(code).length).toBeLessThan(15_000)
})
