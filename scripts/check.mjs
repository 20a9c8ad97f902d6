// `npm run check`: everything but the tests. Runs all checks and names those that failed.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'

const packages = readdirSync('packages')
  .map((name) => `packages/${name}`)
  .filter((folder) => existsSync(`${folder}/package.json`))
  .filter((folder) => !JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')).private)

const checks = [
  ['types of the packages', () => run('node_modules/typescript/bin/tsc', '-b')],
  [
    'types of tests and scripts',
    () => run('node_modules/typescript/bin/tsc', '-p', 'tsconfig.test.json'),
  ],
  ['types of the pages', () => run('node_modules/typescript/bin/tsc', '-p', 'packages/web')],
  ['format and lint', () => run('node_modules/@biomejs/biome/bin/biome', 'ci')],
  [
    'who imports whom',
    () => run('node_modules/vitest/vitest.mjs', 'run', 'test/architecture.test.ts'),
  ],
  ...packages.map((folder) => [
    `what ${folder} publishes`,
    () => run('node_modules/publint/src/cli.js', 'run', folder, '--strict'),
  ]),
  // Made by a TypeScript that has an API; version 7 has none yet.
  [
    'doc comments of all that is exported, and their links',
    () =>
      run(
        'scripts/reference/node_modules/typedoc/bin/typedoc',
        ...['--options', 'scripts/reference', '--emit', 'none', '--logLevel', 'Warn'],
      ),
  ],
  ['settings page', () => run('scripts/settings-page.mjs', '--check')],
  ['lock file', () => run('scripts/lock-file.mjs')],
]

function run(...args) {
  return spawnSync(process.execPath, args, { stdio: 'inherit' }).status === 0
}

function passes([name, check]) {
  console.log(`\n-- ${name}`)
  return check()
}

if (!run('scripts/bootstrap.mjs')) process.exit(1)

const failed = checks.filter((check) => !passes(check)).map(([name]) => name)
if (failed.length > 0) {
  console.error(`\nFailed: ${failed.join('; ')}`)
  process.exitCode = 1
} else {
  console.log('\nAll checks passed')
}
