import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import LongestFirst from './scripts/longest-first.js'

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
    // Many tests wait: for a process, a commit, a deadline. Meanwhile another has the core.
    maxWorkers: availableParallelism() + 1,
    // What a server of one test leaves behind is thrown away before it is looked at twice.
    execArgv: ['--max-semi-space-size=64'],
    sequence: { sequencer: LongestFirst },
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
