import { defineConfig } from 'vitest/config'

// Tests read the packages' sources, not a build that may be old (worker threads excepted).
const conditions = ['latchkey:source']

export default defineConfig({
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ['packages/*/{src,test}/**/*.test.ts', 'test/**/*.test.ts'],
    reporters: ['default', './scripts/count-reporter.ts'],
    setupFiles: ['packages/server/test/each-file.ts'],
    globalSetup: ['packages/server/test/start-postgres.ts'],
    // To start a process and load the server in it takes longer than most files' tests.
    isolate: false,
    // Most tests wait: for a hash, a process, a commit. Vitest would leave one core to itself.
    maxWorkers: '100%',
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
