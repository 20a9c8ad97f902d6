import type { Reporter, TestModule } from 'vitest/node'

/** Closes the run with `N passed, N failed`, the one line that machines read. */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    let passed = 0
    let failed = errors.length
    for (const module of modules) {
      failed += module.errors().length
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        if (state === 'passed') passed += 1
        if (state === 'failed') failed += 1
      }
    }
    // A run that tested nothing has proved nothing.
    if (passed + failed === 0) {
      failed = 1
      process.exitCode = 1
    }
    // After the summary of the default reporter, which prints in this same turn.
    process.once('exit', () => process.stdout.write(`${passed} passed, ${failed} failed\n`))
  }
}
