import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build, type Rolldown } from 'vite'
import { expect, it } from 'vitest'

it('is under 5 kB in an app, minified and compressed', async () => {
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
  const [chunk] = (built as Rolldown.RolldownOutput[]).flatMap(({ output }) => output)
  if (chunk?.type !== 'chunk') throw new Error('Nothing was built')
  const size = gzipSync(chunk.code).length
  expect(chunk.imports).toEqual([])
  expect(size).toBeLessThan(5_000)
})
