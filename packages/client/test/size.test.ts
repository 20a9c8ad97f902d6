import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build, type Rolldown } from 'vite'
import { expect, it } from 'vitest'

it('is under 5 kB in an app, minified and compressed, and one more where a challenge is asked', async () => {
  const built = await build({
    configFile: false,
    logLevel: 'silent',
    resolve: { conditions: ['latchkey:source'] },
    build: {
      write: false,
      minify: 'oxc',
      lib: { entry: join(import.meta.dirname, '../src/index.ts'), formats: ['es'] },
      rolldownOptions: { output: { minify: true } },
    },
  })
  const chunks = (built as Rolldown.RolldownOutput[]).flatMap(({ output }) => output)
  const [chunk, onDemand, ...others] = chunks
  if (chunk?.type !== 'chunk' || onDemand?.type !== 'chunk') throw new Error('Nothing was built')
  expect(chunk.imports).toEqual([])
  expect(gzipSync(chunk.code).length).toBeLessThan(5_000)
  // What solves challenges is loaded with the first one that is asked, and brings nothing along.
  expect(chunk.dynamicImports).toEqual([onDemand.fileName])
  expect([onDemand.imports, others]).toEqual([[], []])
  expect(gzipSync(onDemand.code).length).toBeLessThan(1_000)
})
