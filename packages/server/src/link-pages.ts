import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import type { LinkPageFile } from './http/routes/link-pages.js'

// By the package's own name, which holds in the sources, in dist and in a bundle alike.
const manifest = pathToFileURL(createRequire(import.meta.url).resolve('latchkey/package.json'))

/** What the pages behind links are made of lies in the package as it is sent. */
export function readLinkPage(file: LinkPageFile): Promise<Buffer> {
  return readFile(new URL(`pages/${file}`, manifest))
}
