// `npm run soak`: the tests of chance with thousands of cases where `npm test` has a few, and the plans at
// a million rows. About an hour.
import { spawnSync } from 'node:child_process'

const suites = [
  'packages/server/test/cli/import-survival',
  'packages/server/test/refresh-at-once',
  'packages/server/test/refresh-model',
  'packages/server/test/slow-connections',
  'packages/server/test/store/plans',
  'test/sessions',
  'test/cluster/history',
]
const { status } = spawnSync(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', ...suites],
  {
    stdio: 'inherit',
    env: { LATCHKEY_TEST_SOAK: '1500', ...process.env },
  },
)
process.exitCode = status ?? 1
