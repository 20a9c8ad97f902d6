// Says what would keep `npm ci` from installing a lock file (package-lock.json, or the one named) on every machine.
import { readFileSync } from 'node:fs'

const [path = 'package-lock.json'] = process.argv.slice(2)
for (const fault of faults(JSON.parse(readFileSync(path, 'utf8')))) {
  console.error(fault)
  process.exitCode = 1
}

function faults({ packages }) {
  return Object.entries(packages).flatMap(([path, entry]) => [
    ...(entry.resolved && !entry.link ? [`${path} names a download address (resolved)`] : []),
    ...Object.keys(entry.optionalDependencies ?? {})
      // npm leaves out what its registry could not answer for, and then refuses its own lock.
      .filter((name) => !foldersSeenFrom(path).some((folder) => `${folder}${name}` in packages))
      .map((name) => `${path || 'the root'} has no entry for its optional dependency ${name}`),
  ])
}

/** The node_modules folders in which Node looks for what the package at `path` imports. */
function foldersSeenFrom(path) {
  const steps = path.split('/')
  return steps
    .map((_, index) => steps.slice(0, steps.length - index))
    .filter((folder) => folder.at(-1) !== 'node_modules')
    .map((folder) => (folder[0] === '' ? 'node_modules/' : `${folder.join('/')}/node_modules/`))
    .concat('node_modules/')
}
