#!/usr/bin/env node
// Plain JavaScript and in the repository, because npm links a command only if its file is there at install.
import { existsSync } from 'node:fs'

const needed = '20.19'
const main = new URL('../dist/program/main.js', import.meta.url)

if (isOlder(process.versions.node, needed)) {
  fail(`Latchkey needs Node ${needed} or newer, and this is Node ${process.versions.node}.`)
} else if (!existsSync(main)) {
  fail('Latchkey is not built yet: run npm start first.')
} else {
  import(main.href)
    .then((cli) => cli.main(process.argv.slice(2)))
    .then((status) => {
      process.exitCode = status
    })
}

function isOlder(found, wanted) {
  const [major, minor] = found.split('.').map(Number)
  const [wantedMajor, wantedMinor] = wanted.split('.').map(Number)
  return major < wantedMajor || (major === wantedMajor && minor < wantedMinor)
}

function fail(sentence) {
  console.error(sentence)
  process.exitCode = 1
}
