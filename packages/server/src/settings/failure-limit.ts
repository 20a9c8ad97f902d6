import { duration, Fault, type Seconds, type Value, wholeNumber } from './values.js'

/** Failures that go unslowed, and the time in which as many are forgotten again, one after the other. */
export interface FailureLimit {
  readonly failures: number
  readonly within: Seconds
}

const form = 'should be how many and in what time, such as 10/2h'

/** `10/2h`: ten, and two hours until they are forgotten. */
export const failureLimit: Value<FailureLimit> = {
  parse: (given) => {
    const [count = '', time = '', ...rest] = given.split('/')
    const failures = wholeNumber(fewest, 1_000_000).parse(count)
    const within = duration('10s', '30d').parse(time)
    if (rest.length > 0) return new Fault(form)
    if (failures instanceof Fault) return new Fault(`${form}: the first from ${fewest} to 1000000`)
    if (within instanceof Fault) return new Fault(`${form}: the second from 10s to 30d`)
    return { failures, within }
  },
}

export const failureLimitOrOff: Value<FailureLimit | undefined> = {
  parse: (given) => {
    if (given === 'off') return undefined
    const limit = failureLimit.parse(given)
    return limit instanceof Fault ? new Fault(`${limit.text}, or off`) : limit
  },
}

/** People mistype. */
const fewest = 3
