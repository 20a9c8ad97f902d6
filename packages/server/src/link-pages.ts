import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import type { LinkPageFile } from './http/routes/link-pages.js'

// By the package's own name, which holds in the sources, in dist and in a bundle alike.
const manifest = pathToFileURL(createRequire(import.meta.url).resolve('latchkey/package.json'))

/** What the pages behind links are made of lies in the package as it is sent. */
export async function readLinkPage(file: LinkPageFile): Promise<Buffer | string> {
  if (!file.endsWith('.html')) return readFile(inPackage(file))
  const [frame, page] = await Promise.all([
    readFile(inPackage('link-page.html'), 'utf8'),
    readFile(inPackage(file), 'utf8'),
  ])
  return framed(frame, page)
}

/** A page's file is its title and, below that, what it shows; all else is the same for all of them. */
function framed(frame: string, page: string): string {
  const [, title, content] = /^<title>(.+)<\/title>\n(.+)\n$/s.exec(page) ?? []
  if (title === undefined || content === undefined) throw new Error('A page begins with its title')
  return frame.replaceAll('{{title}}', () => title).replace('{{content}}', () => content)
}

function inPackage(file: string): URL {
  return new URL(`pages/${file}`, manifest)
}
