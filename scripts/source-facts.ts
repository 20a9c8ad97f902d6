import { parseAst } from 'vitest/node'

export interface Import {
  from: string
  /** Gone at run time. `import { type A }` is not: it still loads the file. */
  typeOnly: boolean
}

export interface SourceFacts {
  imports: Import[]
  /** Names of the platform and its members: `fetch`, `process.env`, `Date.now`, `new Date` (without a time). */
  uses: string[]
  exportsAll: boolean
}

/** What a TypeScript source imports and uses: static and dynamic imports, import types, files named by URL. */
export function readFacts(source: string, lang: 'ts' | 'tsx' = 'ts'): SourceFacts {
  const nodes = [...walk(parseAst(source, { lang, astType: 'ts' }))]
  return {
    imports: nodes.flatMap(importsOf),
    uses: nodes.flatMap(namesOf),
    exportsAll: nodes.some(({ type }) => type === 'ExportAllDeclaration'),
  }
}

interface Node {
  type: string
  [key: string]: unknown
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'

function* walk(value: unknown): Generator<Node> {
  if (Array.isArray(value)) for (const item of value) yield* walk(item)
  if (!isNode(value)) return
  yield value
  for (const child of Object.values(value)) yield* walk(child)
}

function importsOf(node: Node): Import[] {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration': {
      const typeOnly = node.importKind === 'type' || node.exportKind === 'type'
      return strings(node.source).map((from) => ({ from, typeOnly }))
    }
    case 'ImportExpression':
      return strings(node.source).map((from) => ({ from, typeOnly: false }))
    case 'TSImportType':
      return strings(node.source).map((from) => ({ from, typeOnly: true }))
    case 'NewExpression':
      return isUrlBesideThisFile(node)
        ? strings(node.arguments)
            .filter((from) => from.endsWith('.js'))
            .map((from) => ({ from, typeOnly: false }))
        : []
    default:
      return []
  }
}

function isUrlBesideThisFile({ callee, arguments: given }: Node): boolean {
  const isUrl = isNode(callee) && callee.name === 'URL'
  return isUrl && [...walk(given)].some(({ type }) => type === 'MetaProperty')
}

function strings(value: unknown): string[] {
  return [...walk(value)].flatMap(({ value }) => (typeof value === 'string' ? [value] : []))
}

/** What a node uses of the platform: `process.env`, `Date.now`, `new Date` (without a time), `fetch`. */
function namesOf(node: Node): string[] {
  const name = (value: unknown) => (isNode(value) ? String(value.name) : '')
  switch (node.type) {
    case 'Identifier':
      return [name(node)]
    case 'MemberExpression':
      return [`${name(node.object)}.${name(node.property)}`]
    case 'NewExpression':
      return Array.isArray(node.arguments) && node.arguments.length > 0
        ? []
        : [`new ${name(node.callee)}`]
    default:
      return []
  }
}
