import { once } from 'node:events'
import { connect, createServer } from 'node:net'

/**
 * Forwards each new connection to the port that `target` names then; retries nothing.
 *
 * @returns its own port, `cut()`, which ends all connections, `slow(ms)`, by which everything is
 *   late from then on, and `close()`
 */
export async function openProxy(target) {
  const open = new Set()
  let delay = 0
  const server = createServer((client) => {
    const port = target()
    if (port === undefined) return client.destroy()
    const behind = connect(port, '127.0.0.1')
    const late = delay
    join(client, behind, late, open)
    join(behind, client, late, open)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cut = () => {
    for (const socket of open) socket.destroy()
  }
  return {
    port: server.address().port,
    cut,
    slow(milliseconds) {
      delay = milliseconds
      // What follows would overtake what is on its way.
      cut()
    },
    close() {
      server.close()
      cut()
    },
  }
}

/** An end of one side is an end of the other. */
function join(from, to, delay, open) {
  open.add(from)
  if (delay === 0) from.pipe(to)
  else from.on('data', (data) => setTimeout(() => to.write(data), delay))
  from.on('error', () => {})
  from.once('close', () => {
    open.delete(from)
    to.destroy()
  })
}
