import type { InjectOptions } from 'fastify'

/** The request that curl would make. @throws Error for what it does not know */
export function curlRequest(words: readonly string[]): InjectOptions {
  const [, ...rest] = words
  const request: Request = { headers: {} }
  while (rest.length > 0) {
    const word = rest.shift() ?? ''
    const read = options[word]
    if (read !== undefined) read(request, rest.shift() ?? '')
    else if (URL.canParse(word)) request.url = pathOf(word)
    else throw new Error(`The tests do not know what curl makes of ${word}`)
  }
  return request
}

function pathOf(address: string): string {
  const { pathname, search } = new URL(address)
  return pathname + search
}

const methods = ['POST', 'PUT', 'PATCH', 'DELETE'] as const

type Request = InjectOptions & { headers: Record<string, string> }

const options: Record<string, (request: Request, value: string) => void> = {
  '-X': (request, method) => {
    request.method = methods.find((one) => one === method) ?? 'GET'
  },
  '-H': ({ headers }, line) => {
    const [name = '', value = ''] = line.split(': ')
    headers[name] = value
  },
  '-u': ({ headers }, credentials) => {
    headers.authorization = `Basic ${Buffer.from(credentials).toString('base64')}`
  },
  '--data-binary': (request, data) => {
    request.method ??= 'POST'
    request.payload = data
  },
  '-d': (request, data) => {
    request.method ??= 'POST'
    const isNamed = Object.keys(request.headers).some((name) => /^content-type$/i.test(name))
    if (!isNamed) request.headers['content-type'] = 'application/x-www-form-urlencoded'
    request.payload = request.payload === undefined ? data : `${request.payload}&${data}`
  },
}
