import { isIP } from 'node:net'
import { Fault, type Value } from './values.js'

/** How many proxies every request passes, or the addresses and ranges that are theirs. */
export const trustedProxies: Value<number | readonly string[]> = {
  parse: (given) => {
    if (/^\d{1,2}$/.test(given)) {
      return Number(given) <= mostProxies ? Number(given) : fault
    }
    const listed = given
      .split(',')
      .map((one) => one.trim())
      .filter(Boolean)
    return listed.length > 0 && listed.every(isRange) ? listed : fault
  },
}

const mostProxies = 10

const fault = new Fault(
  `should be how many proxies each request passes, at most ${mostProxies}, or their addresses and ranges parted by commas: 10.0.0.0/8, 192.0.2.7, fd00::/8`,
)

/** Not all addresses there are: whoever called could then say to be anybody. */
function isRange(text: string): boolean {
  const [, network = '', bits] = /^([\da-f.:]+)(?:\/(\d{1,3}))?$/i.exec(text) ?? []
  const family = isIP(network)
  if (family === 0 || /^::ffff:/i.test(network)) return false
  const most = family === 4 ? 32 : 128
  return bits === undefined || (Number(bits) > 0 && Number(bits) <= most)
}
