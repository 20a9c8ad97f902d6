/**
 * What is taken away after each test file. Files share their processes, and with them the modules that
 * they import: an `afterAll` in one of those would belong to the first file alone.
 */

import { afterAll } from 'vitest'

const remains: (() => unknown)[] = []

/** Has this done after the test file that runs now; what was last said first. */
export function afterThisFile(remove: () => unknown): void {
  remains.push(remove)
}

/** Belongs into a setup file, which Vitest runs for every test file. */
export function removeRemains(): void {
  afterAll(async () => {
    for (const remove of remains.splice(0).reverse()) await remove()
  })
}
