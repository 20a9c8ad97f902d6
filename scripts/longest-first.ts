import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * Begins with the files that take longest, so that no core waits for one of them at the end. On a new clone
 * Vitest knows no times, and goes by how large files are.
 */
export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    return sorted.toSorted((one, other) => rankOf(one) - rankOf(other))
  }
}

/** Ten seconds and more, for few lines. */
const longest = [
  'test/cluster/history',
  'test/workers/workers',
  'cli/import-survival',
  'test/cluster/tour',
  'server/src/event-loop-delay',
  'cli/audit',
  'test/package/snippets',
  'cli/account-life',
  'cli/guesses-at-once',
  'passwords/formats/published',
  'test/sessions/remote-guard',
  'test/cluster/replica',
  'store/unfinished-migrations',
  'test/browser/client-tabs',
]

function rankOf({ moduleId }: TestSpecification): number {
  const place = longest.findIndex((name) => moduleId.includes(`${name}.test.`))
  return place < 0 ? longest.length : place
}
