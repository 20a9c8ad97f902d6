// The least that Node answers: what a guarded route is compared with.
import { createServer } from 'node:http'

const body = JSON.stringify([{ item_id: 1, name: 'Example Item' }])
const headers = { 'content-type': 'application/json; charset=utf-8', 'content-length': body.length }

createServer((_request, response) => response.writeHead(200, headers).end(body)).listen(
  Number(process.env.PORT),
  '127.0.0.1',
)
