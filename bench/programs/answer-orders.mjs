/** Answers what `startProgram` asks, by the function that has the order's name. */
export function answerOrders(orders) {
  process.on('message', async ({ id, order, ...details }) => {
    try {
      process.send({ id, answer: await orders[order](details) })
    } catch (error) {
      process.send({ id, fault: error.stack })
    }
  })
}
