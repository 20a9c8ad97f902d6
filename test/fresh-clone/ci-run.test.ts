import { execFile } from 'node:child_process'
import { chmodSync, cpSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { expect, test } from 'vitest'
import { Clone } from './clone.js'

/** Runs .ci/run where `npm run check` and `npm test` are the two scripts given. */
function runCi(check: string, tests: string) {
  const clone = new Clone({
    'bin/npm': `#!/bin/sh\nif [ "$1" = run ]; then ${check}; else ${tests}; fi\n`,
  })
  chmodSync(clone.path('bin/npm'), 0o755)
  cpSync(join(import.meta.dirname, '../../.ci'), clone.path('.ci'), { recursive: true })
  const env = { ...process.env, PATH: `${clone.path('bin')}${delimiter}${process.env.PATH}` }
  return new Promise<{ status: unknown; lastLine: string | undefined }>((resolve) => {
    execFile(clone.path('.ci/run'), { env }, (error, stdout) => {
      resolve({ status: error?.code ?? 0, lastLine: stdout.trimEnd().split('\n').at(-1) })
    })
  })
}

test.each([
  ['all is well', 'true', 'echo "3 passed, 0 failed"', 0, '3 passed, 0 failed'],
  ['a test fails', 'true', 'echo "3 passed, 2 failed"; exit 1', 1, '3 passed, 2 failed'],
  ['a check fails', 'false', 'echo "3 passed, 0 failed"', 1, '3 passed, 1 failed'],
  ['the tests do not begin', 'true', 'printf "no network"; exit 1', 1, '0 passed, 1 failed'],
  [
    'the count is not last',
    'true',
    'echo "1 passed, 0 failed"; echo more',
    1,
    '0 passed, 1 failed',
  ],
  ['the tests say nothing', 'true', 'true', 1, '0 passed, 1 failed'],
  [
    'npm fails after the count',
    'true',
    'echo "3 passed, 0 failed"; exit 7',
    1,
    '3 passed, 1 failed',
  ],
  [
    'something reads the standard input',
    'cat',
    'cat; echo "1 passed, 0 failed"',
    0,
    '1 passed, 0 failed',
  ],
])('when %s, CI ends with the count', async (_, check, tests, status, lastLine) => {
  expect(await runCi(check, tests)).toEqual({ status, lastLine })
})
