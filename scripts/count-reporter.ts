import type { Reporter, TestModule } from 'vitest/node'

/** Closes the run with `N passed, N failed`, the one line that machines read. */
export default class CountReporter implements Reporter {
  #passed = 0
  #failed = 0

  onInit(): void {
    // At the very end of the process: after every other reporter, and also when the run could not begin.
    process.once('exit', (code) => this.#close(code))
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const suites = modules.flatMap((module) => [module, ...module.children.allSuites()])
    // A file that does not load, and a hook that throws around tests which then never run, are failures too.
    const faults = suites.flatMap((suite) => suite.errors())
    const inState = (state: string) => tests.filter((test) => test.result().state === state).length
    this.#passed = inState('passed')
    this.#failed = inState('failed') + faults.length + errors.length
  }

  #close(code: number): void {
    // A run that tested nothing has proved nothing; and Vitest fails for reasons that belong to no test.
    const failedAsAWhole = code !== 0 || this.#passed === 0
    if (this.#failed === 0 && failedAsAWhole) this.#failed = 1
    if (this.#failed > 0) process.exitCode = 1
    process.stdout.write(`${this.#passed} passed, ${this.#failed} failed\n`)
  }
}
