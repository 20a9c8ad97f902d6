import { describe, expect, it } from 'vitest'
import { examineNode } from './node-support.js'
import { judgeHashTime } from './open-examination.js'

const onDay = (day: string) => Date.parse(`${day}T12:00:00Z`)

describe('examineNode', () => {
  it.each([
    ['v20.20.2', '2026-04-30', 'holds'],
    ['v20.20.2', '2026-05-01', 'warns'],
    ['v24.9.0', '2026-11-29', 'holds'],
    ['v25.1.0', '2026-01-01', 'warns'],
    // What comes is not known here.
    ['v26.0.0', '2026-11-29', 'holds'],
  ])('%s on %s: %s', (version, day, verdict) => {
    expect(examineNode(version, onDay(day))).toMatchObject({ check: 'Node.js', verdict })
  })

  it('says what to install', () => {
    expect(examineNode('v20.19.0', onDay('2027-01-01'))).toMatchObject({
      detail: 'v20.19.0 has had no repairs since 2026-04-30',
      remedy: 'install 24 or newer',
    })
  })
})

describe('judgeHashTime', () => {
  it('says how many can sign in', () => {
    expect(judgeHashTime(12.5, 4)).toMatchObject({
      verdict: 'holds',
      detail: expect.stringContaining('about 320 people a second can sign in on 4 cores'),
    })
  })

  it('warns where a hash takes a second', () => {
    const finding = judgeHashTime(1_600, 1)
    expect(finding).toMatchObject({
      verdict: 'warns',
      detail: expect.stringMatching(/about 0\.6 people .* on 1 core$/),
      remedy: expect.stringMatching(/^lower the costs/),
    })
  })
})
