// Refreshes over raw sockets, one request at a time on each connection, and times the answers. In a
// process of its own, and as lean as can be: it must cost less than what it measures.
import { connect } from 'node:net'
import { answerOrders } from './answer-orders.mjs'

/** Tokens by name, each replaced by its successor. */
const prepared = new Map()

answerOrders({
  prepare({ name, tokens }) {
    prepared.set(name, tokens)
  },

  /** Runs `settle` ms that do not count, then `milliseconds` that do. */
  async run({ name, ports, connections, settle, milliseconds }) {
    const from = performance.now() + settle
    const run = { from, until: from + milliseconds, finished: 0, times: [] }
    const tokens = prepared.get(name)
    const positions = Array.from({ length: connections }, (_, first) => ({
      port: ports[first % ports.length],
      tokens,
      at: first,
      step: connections,
    }))
    await Promise.all(positions.map((position) => converse(run, position)))
    const sorted = Float64Array.from(run.times).sort()
    return {
      answered: sorted.length,
      seconds: milliseconds / 1000,
      finished: run.finished,
      p50: quantile(sorted, 0.5),
      p99: quantile(sorted, 0.99),
    }
  },
})

/** One connection, from its first request to the first answer after the end of the run. */
function converse(run, { port, tokens, at, step }) {
  return new Promise((resolve, reject) => {
    let current = at
    let since = 0
    let received = ''
    const send = () => {
      since = performance.now()
      socket.write(request(tokens[current]), 'latin1')
    }
    const onRead = (length, buffer) => {
      received += buffer.latin1Slice(0, length)
      const end = received.indexOf('"}', received.indexOf('\r\n\r\n'))
      if (!received.includes('\r\n\r\n') || end === -1) return true
      const [, successor] = refreshToken.exec(received) ?? []
      if (successor === undefined) {
        socket.destroy()
        reject(new Error(`A refresh was refused: ${received}`))
        return true
      }
      received = ''
      tokens[current] = successor
      current = current + step < tokens.length ? current + step : at
      run.finished += 1
      const now = performance.now()
      if (now >= run.from && now < run.until) run.times.push(now - since)
      if (now < run.until) send()
      else {
        socket.destroy()
        resolve()
      }
      return true
    }
    const socket = connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      onread: { buffer: Buffer.allocUnsafe(65_536), callback: onRead },
    })
    socket.once('error', reject)
    socket.once('connect', send)
  })
}

const refreshToken = /"refresh_token":"([^"]+)"/

function request(token) {
  const body = `grant_type=refresh_token&refresh_token=${token}`
  return `POST /oauth/token HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body}`
}

function quantile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
}
