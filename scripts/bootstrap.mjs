// Runs before `npm start` and `npm test`: sees to it that what they need is installed and built.
// This one file keeps to what Node 12 can parse, so that an old Node gets a sentence and not a stack.

const needed = '20.19'

function isOlder(found, wanted) {
  const [major, minor] = found.split('.').map(Number)
  const [wantedMajor, wantedMinor] = wanted.split('.').map(Number)
  return major < wantedMajor || (major === wantedMajor && minor < wantedMinor)
}

function fail(error) {
  console.error(
    error instanceof Error && error.name !== 'BootstrapFault' ? error.stack : error.message,
  )
  process.exitCode = 1
}

if (isOlder(process.versions.node, needed)) {
  fail({
    message: `Latchkey needs Node ${needed} or newer, and this is Node ${process.versions.node}.`,
  })
} else {
  import('./bootstrap/run.mjs').then((run) => run.bootstrap(process.cwd())).catch(fail)
}
