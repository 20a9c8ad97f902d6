import { type Challenge, solved } from './solver.js'

/** What is no solution of a challenge, by what is wrong with it. */
export function hostile(challenge: Challenge): Record<string, string> {
  const { parameters, signature } = challenge
  const { solution } = JSON.parse(Buffer.from(solved(challenge), 'base64').toString())
  const sent = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64')
  const text = (json: string) => Buffer.from(json).toString('base64')
  const withCounter = (counter: unknown) => sent({ challenge, solution: { ...solution, counter } })
  const withParameters = (other: object) =>
    sent({ challenge: { parameters: { ...parameters, ...other }, signature }, solution })
  const written = JSON.stringify({ challenge, solution: { counter: 0 } })
  return {
    'not base64': '%%%',
    'not JSON': text('{'),
    'no object': text('7'),
    null: text('null'),
    'a list': text('[[],[]]'),
    'nothing in it': text('{}'),
    'no UTF-8': Buffer.from([0xff, 0xfe, 0x7b]).toString('base64'),
    'too long': sent({ challenge, solution, padding: 'x'.repeat(8_000) }),
    deep: text('['.repeat(1_000)),
    'no solution': sent({ challenge }),
    'no challenge': sent({ solution }),
    'the next counter': withCounter(solution.counter + 1),
    'a counter in a text': withCounter(String(solution.counter)),
    'a counter with a fraction': withCounter(solution.counter + 0.5),
    'a negative counter': withCounter(-1),
    'a counter of five bytes': withCounter(2 ** 32 + solution.counter),
    'a counter without end': text(written.replace('"counter":0', '"counter":1e400')),
    'no counter': withCounter(null),
    'another algorithm': withParameters({ algorithm: 'SHA-256' }),
    'less work': withParameters({ cost: 1 }),
    'no work': withParameters({ keyPrefix: '' }),
    'a shorter key': withParameters({ keyLength: 0 }),
    'more time': withParameters({ expiresAt: parameters.expiresAt + 3600 }),
    'another nonce': withParameters({ nonce: '00'.repeat(16) }),
    'a nonce of no text': withParameters({ nonce: { toString: 'x' } }),
    'a prototype': text(`{"__proto__":${written}}`),
    'no signature': sent({ challenge: { parameters }, solution }),
    'another signature': sent({ challenge: { parameters, signature: '0'.repeat(64) }, solution }),
    'a short signature': sent({
      challenge: { parameters, signature: signature.slice(2) },
      solution,
    }),
    'a signature of no text': sent({ challenge: { parameters, signature: [signature] }, solution }),
  }
}
