// Serves the page, and the client's files as they are; an app has its bundler for that.
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'

const issuer = process.env.ISSUER ?? 'http://127.0.0.1:8000'
const client = import.meta.resolve('@latchkey/client')

function addressOf(path) {
  if (path === '/') return new URL('index.html', import.meta.url)
  if (path === '/page.js') return new URL('page.js', import.meta.url)
  const [, name] = /^\/client\/([\w-]+\.js)$/.exec(path) ?? []
  return name && new URL(name, client)
}

async function contentOf(path) {
  if (path === '/settings.js') return `export const issuer = ${JSON.stringify(issuer)}`
  const address = addressOf(path)
  return address && readFile(address).catch(() => undefined)
}

const server = createServer(async ({ url }, response) => {
  const content = await contentOf(url)
  const type = url === '/' ? 'text/html' : 'text/javascript'
  if (content === undefined) response.writeHead(404).end()
  else response.writeHead(200, { 'content-type': type }).end(content)
})
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}`)
})
