import type { Check } from './store/database.js'

/** The last day on which each line of Node.js gets repairs: https://github.com/nodejs/release#release-schedule */
const supportedUntil: Readonly<Record<number, string>> = {
  20: '2026-04-30',
  22: '2027-04-30',
  24: '2028-04-30',
}

/** Whether the Node.js that runs is still repaired. @param now milliseconds since 1970 */
export function examineNode(version: string, now: number): Check {
  const check = 'Node.js'
  const line = Number(/^v(\d+)\./.exec(version)?.[1])
  const until = supportedUntil[line]
  if (line % 2 === 1) {
    const detail = `${version} is of a line that is repaired for half a year only`
    return { check, verdict: 'warns', detail, remedy: `install an even one, such as ${newest}` }
  }
  if (until !== undefined && now > Date.parse(`${until}T23:59:59Z`)) {
    const detail = `${version} has had no repairs since ${until}`
    return { check, verdict: 'warns', detail, remedy: `install ${newest} or newer` }
  }
  return { check, verdict: 'holds', detail: version }
}

const newest = Math.max(...Object.keys(supportedUntil).map(Number))
