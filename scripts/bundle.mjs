// Bundles the program that `latchkey` runs: its start is mostly the reading of a thousand small files.
// An app that embeds Latchkey imports dist as it is, with its own Fastify.
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const dist = fileURLToPath(new URL('../packages/server/dist/', import.meta.url))
const leftOut = fileURLToPath(new URL('compiler-left-out.cjs', import.meta.url))

// Binaries, which no bundle can hold, and what is loaded only when it is needed.
const external = [
  '@clack/prompts',
  '@fastify/swagger',
  '@fastify/swagger-ui',
  '@node-rs/argon2',
  '@photostructure/sqlite',
  '@zxcvbn-ts/core',
  '@zxcvbn-ts/language-common',
  '@zxcvbn-ts/language-en',
  'bcrypt',
  'jose',
  'nodemailer',
  'pg',
  'pino-pretty',
]

/** One character beyond Latin-1 makes V8 hold a whole file in two bytes a character: 7 MB of an idle server's memory. */
const inOneByte = {
  name: 'in-one-byte',
  generateBundle(_, chunks) {
    for (const chunk of Object.values(chunks)) {
      if (chunk.type === 'chunk') chunk.code = chunk.code.replace(/[^\0-\xff]/g, escaped)
    }
  },
}

function escaped(unit) {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}

await build({
  root: dist,
  configFile: false,
  logLevel: 'warn',
  plugins: [inOneByte],
  resolve: {
    alias: {
      '@fastify/ajv-compiler': leftOut,
      '@fastify/fast-json-stringify-compiler': leftOut,
    },
  },
  ssr: { noExternal: true, external },
  build: {
    ssr: true,
    target: 'node20',
    outDir: `${dist}program`,
    rolldownOptions: {
      // The worker threads' files lie beside whatever starts them, so all is in one folder.
      input: {
        main: `${dist}cli/main.js`,
        writer: `${dist}store/sqlite/writer.js`,
        'hash-worker': `${dist}core/passwords/hash-worker.js`,
      },
      output: {
        entryFileNames: '[name].js',
        chunkFileNames: '[name]-[hash].js',
        // Nobody reads it: that is what dist and src are for. Licences stay.
        comments: { legal: true, jsdoc: false, annotation: false },
      },
    },
  },
})
