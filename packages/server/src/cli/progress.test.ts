import { expect, onTestFinished, test, vi } from 'vitest'
import { Progress } from './progress.js'

/** What a terminal of this width is told; nobody's where `isTTY` is false. */
function terminal(isTTY: boolean, columns: number): string[] {
  const written: string[] = []
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    written.push(String(text))
    return true
  })
  const before = { isTTY: process.stderr.isTTY, columns: process.stderr.columns }
  Object.assign(process.stderr, { isTTY, columns })
  onTestFinished(() => {
    vi.restoreAllMocks()
    Object.assign(process.stderr, before)
  })
  return written
}

test('a terminal shows a bar where the end is known, and a count where it is not', () => {
  const written = terminal(true, 60)
  const progress = new Progress()
  progress.show('12 users', 0.5)
  progress.clear()
  progress.show('12 entries')
  expect(written).toEqual([
    '\r████████████░░░░░░░░░░░░ 50%  12 users\x1b[K',
    '\r\x1b[K',
    '\r12 entries\x1b[K',
  ])
})

test('a line never breaks, however narrow the terminal is, and if it does not say', () => {
  const written = terminal(true, 20)
  new Progress().show('some more users than fit', 1)
  Object.assign(process.stderr, { columns: 0 })
  new Progress().show('x'.repeat(100))
  expect(written).toEqual([`\r${'█'.repeat(19)}\x1b[K`, `\r${'x'.repeat(79)}\x1b[K`])
})

test('a bar is full where more has come than was thought', () => {
  const written = terminal(true, 60)
  new Progress().show('12 users', 1.7)
  expect(written).toEqual([`\r${'█'.repeat(24)} 100%  12 users\x1b[K`])
})

test('nothing is shown where nobody looks, or something else is printed there', () => {
  const written = terminal(false, 80)
  new Progress().show('users', 0.5)
  Object.assign(process.stderr, { isTTY: true })
  new Progress(false).show('users', 0.5)
  expect(written).toEqual([])
})
