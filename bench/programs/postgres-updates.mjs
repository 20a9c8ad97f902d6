// One prepared UPDATE again and again, on each of some connections.
import pg from 'pg'
import { answerOrders } from './answer-orders.mjs'

answerOrders({
  /** Updates a second. */
  async run({ url, connections, milliseconds, text, rowCount }) {
    const clients = Array.from({ length: connections }, () => new pg.Client(url))
    await Promise.all(clients.map((client) => client.connect()))
    const until = performance.now() + milliseconds
    let count = 0
    const repeat = async (client) => {
      while (performance.now() < until) {
        const values = [1 + Math.floor(Math.random() * rowCount)]
        await client.query({ name: 'update', text, values })
        count++
      }
    }
    await Promise.all(clients.map(repeat))
    await Promise.all(clients.map((client) => client.end()))
    return count / (milliseconds / 1000)
  },
})
