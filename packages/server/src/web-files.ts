import { readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { Asset, Encoding } from './http/routes/web-pages.js'

const assets = new Map<string, Promise<Asset>>()

/** @returns undefined for a name that no page asks for */
export async function readAsset(name: string, encoding: Encoding): Promise<Asset | undefined> {
  if (!assetNames().has(name)) return undefined
  return kept(assets, `${encoding} ${name}`, () => readWhole(name, encoding))
}

let names: ReadonlySet<string> | undefined

/** An allowlist: no path that is made of a request reaches the disk. */
function assetNames(): ReadonlySet<string> {
  names ??= new Set(readdirSync(builtFile('assets')))
  return names
}

async function readWhole(name: string, encoding: Encoding): Promise<Asset> {
  const content = await readFile(builtFile(`assets/${name}`))
  const type = name.endsWith('.css') ? 'text/css; charset=utf-8' : 'text/javascript; charset=utf-8'
  return { type, content: await compress[encoding](content) }
}

/** Made once, and kept. */
export function kept<T>(
  all: Map<string, Promise<T>>,
  key: string,
  make: () => Promise<T>,
): Promise<T> {
  const there = all.get(key)
  if (there !== undefined) return there
  const made = make()
  all.set(key, made)
  // A disk that fails once need not fail for ever.
  made.catch(() => all.delete(key))
  return made
}

/** Once for each file. The highest quality of Brotli would take thirty times as long, to save a fifteenth. */
export const compress: Readonly<Record<Encoding, (content: Buffer) => Promise<Buffer> | Buffer>> = {
  br: (content) =>
    promisify(brotliCompress)(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
  gzip: (content) => promisify(gzip)(content, { level: 9 }),
  identity: (content) => content,
}

// By the package's own name, which holds in the sources, in dist and in a bundle alike.
const manifest = pathToFileURL(createRequire(import.meta.url).resolve('latchkey/package.json'))

/** @param file its path among the built pages */
export function builtFile(file: string): URL {
  return new URL(`dist/web/${file}`, manifest)
}
