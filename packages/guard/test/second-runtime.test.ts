/** The guard where there is no Node: in workerd, which runs Cloudflare's Workers. */

import { join } from 'node:path'
import { Miniflare } from 'miniflare'
import { build } from 'vite'
import { expect, it, onTestFinished, vi } from 'vitest'
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

/** As a user's bundler makes it for a platform that is not Node. */
async function bundled(entry: string): Promise<{ code: string; imports: readonly string[] }> {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['latchkey:source', 'workerd', 'worker', 'browser'] },
    build: {
      write: false,
      minify: false,
      target: 'es2022',
      lib: { entry, formats: ['es'], fileName: 'worker' },
      rolldownOptions: { output: { codeSplitting: false } },
    },
  })
  const [bundle] = Array.isArray(built) ? built : [built]
  if (bundle === undefined || !('output' in bundle)) throw new Error('nothing was built')
  const [chunk, another] = bundle.output
  if (another !== undefined) throw new Error('more than one file was built')
  const imports = [...chunk.imports, ...chunk.dynamicImports]
  // jose, which is loaded late, is in the same file.
  return { code: chunk.code, imports: imports.filter((name) => name !== chunk.fileName) }
}
