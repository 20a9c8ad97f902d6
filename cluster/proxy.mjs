import { once } from 'node:events'
import { connect, createServer } from 'node:net'

/**
 * Forwards each new connection to the port that `target` names then; retries nothing.
 *
 * @returns its own port, `cut()`, which ends all connections, and `close()`
 */
export async function openProxy(target) {
  const open = new Set()
  const server = createServer((client) => {
    const port = target()
    if (port === undefined) return client.destroy()
    const behind = connect(port, '127.0.0.1')
    join(client, behind, open)
    join(behind, client, open)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cut = () => {
    for (const socket of open) socket.destroy()
  }
  return {
    port: server.address().port,
    cut,
    close() {
      server.close()
      cut()
    },
  }
}

/** An end of one side is an end of the other. */
function join(from, to, open) {
  open.add(from)
  from.pipe(to)
  from.on('error', () => {})
  from.once('close', () => {
    open.delete(from)
    to.destroy()
  })
}
