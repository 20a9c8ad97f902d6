// Sends prepared requests over raw sockets, one at a time on each connection, and times the answers.
// In a process of its own, and as lean as can be: it must cost less than what it measures.
import { connect } from 'node:net'

/** Requests by name, as bytes, and where in their rotation each stands. */
const prepared = new Map()

process.on('message', async ({ id, order, ...details }) => {
  process.send({ id, answer: await orders[order](details) })
})

const orders = {
  prepare({ name, requests }) {
    const buffers =
      typeof requests === 'string'
        ? prepared.get(requests).requests
        : requests.map((text) => Buffer.from(text, 'latin1'))
    prepared.set(name, { next: 0, requests: buffers })
  },

  /** Runs `settle` ms that do not count, then `milliseconds` that do, and on to `atLeast` answers. */
  async run({ name, port, connections, settle, milliseconds, atLeast, perSecond }) {
    const began = performance.now()
    const run = {
      rotation: prepared.get(name),
      from: began + settle,
      until: began + settle + milliseconds,
      interval: perSecond === undefined ? 0 : (1000 * connections) / perSecond,
      atLeast,
      finished: 0,
      refused: 0,
      latencies: [],
      refusals: [],
    }
    const paces = Array.from({ length: connections }, (_, at) => (run.interval * at) / connections)
    await Promise.all(paces.map((delay) => converse(run, port, began + delay)))
    const sorted = Float64Array.from(run.latencies).sort()
    const refusals = Float64Array.from(run.refusals).sort()
    return {
      answered: sorted.length,
      seconds: milliseconds / 1000,
      finished: run.finished,
      refused: run.refused,
      p50: quantile(sorted, 0.5),
      p99: quantile(sorted, 0.99),
      refusedP99: quantile(refusals, 0.99),
    }
  },
}

/** One connection from its first request to the end of the run. */
async function converse(run, port, firstDue) {
  // A server closes connections that say nothing for a while.
  await new Promise((begin) => setTimeout(begin, Math.max(0, firstDue - performance.now() - 100)))
  return new Promise((resolve, reject) => {
    const reader = answerReader()
    let due = firstDue
    let since = firstDue
    let timer

    const send = () => {
      const { requests, next } = run.rotation
      run.rotation.next = (next + 1) % requests.length
      socket.write(requests[next])
    }
    const sendOnTime = () => {
      since = performance.now()
      send()
    }
    const next = (now) => {
      if (run.interval === 0) {
        since = now
        return send()
      }
      due += run.interval
      if (due > now) {
        timer = setTimeout(sendOnTime, due - now)
      } else {
        // Late because the answer before was: what this request waited for it counts.
        since = due
        send()
      }
    }
    const onRead = (length, buffer) => {
      const status = reader(buffer.subarray(0, length))
      if (status === undefined) return true
      const now = performance.now()
      run.finished += 1
      if (now >= run.until && run.finished >= run.atLeast) {
        clearTimeout(timer)
        socket.destroy()
        resolve()
        return true
      }
      if (now >= run.from && now < run.until) {
        if (status === 200) run.latencies.push(now - since)
        else {
          run.refused += 1
          run.refusals.push(now - since)
        }
      }
      next(now)
      return true
    }

    const socket = connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      onread: { buffer: Buffer.allocUnsafe(65_536), callback: onRead },
    })
    socket.once('error', reject)
    socket.once('connect', () => {
      timer = setTimeout(sendOnTime, Math.max(0, due - performance.now()))
    })
  })
}

/** Answers the status once a whole answer is there, and undefined before. */
function answerReader() {
  let missing = 0
  let status = 0
  let head = ''
  return (bytes) => {
    if (missing > 0) {
      missing -= bytes.length
    } else {
      head += bytes.latin1Slice(0, bytes.length)
      const end = head.indexOf('\r\n\r\n')
      if (end === -1) return undefined
      status = Number(head.slice(9, 12))
      const length = contentLength.exec(head)
      if (length === null) throw new Error(`An answer without Content-Length: ${head}`)
      missing = end + 4 + Number(length[1]) - head.length
      head = ''
    }
    return missing > 0 ? undefined : status
  }
}

const contentLength = /\r\ncontent-length: (\d+)/i

function quantile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
}
