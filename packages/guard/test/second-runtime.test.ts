/** The guard where there is no Node: in workerd, which runs Cloudflare's Workers. */

import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { Miniflare } from 'miniflare'
import { expect, it, onTestFinished, vi } from 'vitest'
import { bundled } from './bundle.js'
import type { Result } from './worker.js'

vi.setConfig({ testTimeout: 60_000 })

const compatibilityDate = '2026-01-01'

it('the guard decides in workerd as it does on Node, case by case', async () => {
  const { code, imports } = await bundled(join(import.meta.dirname, 'worker.ts'))
  expect(imports).toEqual([])
  const worker = new Miniflare({ modules: true, script: code, compatibilityDate })
  onTestFinished(() => worker.dispose())

  const answer = await worker.dispatchFetch('http://localhost/')
  const { platform, results } = (await answer.json()) as { platform: string; results: Result[] }
  expect(platform).toBe('Cloudflare-Workers')
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
