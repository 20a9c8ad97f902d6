// A program that keeps its session in a file: does what the lines of its standard input say.
import { createInterface } from 'node:readline'
import { createClient } from '@latchkey/client'
import { fileStorage } from '@latchkey/client/node'

const [url, file] = process.argv.slice(2)
const auth = createClient({ url, storage: fileStorage(file) })
auth.onChange(({ user }) => console.log(`user ${user?.username}`))

const commands = {
  fetch: async () => console.log(`status ${(await auth.fetch('/items/')).status}`),
  logout: async () => console.log(`heard ${await auth.logout()}`),
}

for await (const line of createInterface({ input: process.stdin })) {
  await commands[line]().catch((error) => console.log(`failed ${error.code}`))
}
