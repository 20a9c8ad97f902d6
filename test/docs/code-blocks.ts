import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface CodeBlock {
  /** As `docs/guard.md:6`: the line of its fence. */
  readonly place: string
  readonly page: string
  /** What stands behind the fence: `ts`, `sh`; empty for pictures. */
  readonly kind: string
  readonly text: string
}

export const root = join(import.meta.dirname, '../..')

/** The fenced blocks of every page of this repository, in the order in which they stand there. */
export function codeBlocks(): CodeBlock[] {
  return pages('.').flatMap(blocksOf)
}

const passedOver = new Set(['node_modules', 'dist', 'data', 'test-results', 'coverage'])

function pages(folder: string): string[] {
  const entries = readdirSync(join(root, folder), { withFileTypes: true })
  return entries.flatMap((entry) => {
    const path = folder === '.' ? entry.name : `${folder}/${entry.name}`
    if (!entry.isDirectory()) return path.endsWith('.md') ? [path] : []
    return passedOver.has(entry.name) || entry.name.startsWith('.') ? [] : pages(path)
  })
}

function blocksOf(page: string): CodeBlock[] {
  const blocks: CodeBlock[] = []
  let open: { line: number; kind: string; lines: string[] } | undefined
  for (const [index, line] of readFileSync(join(root, page), 'utf8').split('\n').entries()) {
    const [, kind] = /^\s*```(.*)$/.exec(line) ?? []
    if (kind === undefined) open?.lines.push(line)
    else if (open === undefined) open = { line: index + 1, kind, lines: [] }
    else {
      const text = `${open.lines.join('\n')}\n`
      blocks.push({ place: `${page}:${open.line}`, page, kind: open.kind, text })
      open = undefined
    }
  }
  if (open !== undefined) throw new Error(`${page}:${open.line}: this block does not end`)
  return blocks
}
