import { createServer } from 'node:http'
import { requires } from '@latchkey/guard/node'
import { createRemoteJWKSet, jwtVerify } from 'jose'

const body = JSON.stringify([{ item_id: 1, name: 'Example Item' }])
const headers = { 'content-type': 'application/json; charset=utf-8', 'content-length': body.length }
const answer = (_request, response) => response.writeHead(200, headers).end(body)

export const apps = {
  bare: async () => listening(answer),
  latchkey: async ({ guard }) => listening(requires(guard)(answer)),
  async jose({ issuer, jwksUri, algorithm }) {
    const keys = createRemoteJWKSet(new URL(jwksUri))
    const terms = { issuer, audience: issuer, algorithms: [algorithm], typ: 'at+jwt' }
    return listening(async (request, response) => {
      try {
        await jwtVerify(request.headers.authorization?.slice('Bearer '.length) ?? '', keys, terms)
      } catch {
        return response.writeHead(401).end()
      }
      answer(request, response)
    })
  },
}

function listening(listener) {
  return (port) => createServer(listener).listen(port, '127.0.0.1')
}
