import { build } from 'vite'

export interface Bundle {
  readonly code: string
  /** What it imports from elsewhere. */
  readonly imports: readonly string[]
}

export interface BundleOptions {
  minify?: boolean
  external?: string[]
  /** `iife`: a script whose `bundle` is what it exports. */
  format?: 'es' | 'iife'
}

/** One file, as a user's bundler makes it for a platform that is not Node. */
export async function bundled(
  entry: string,
  { minify = false, external = [], format = 'es' }: BundleOptions = {},
): Promise<Bundle> {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': '"production"' },
    resolve: { conditions: ['latchkey:source', 'workerd', 'worker', 'browser'] },
    build: {
      write: false,
      minify,
      target: 'es2022',
      lib: { entry, formats: [format], fileName: 'bundle', name: 'bundle' },
      rolldownOptions: { external, output: { codeSplitting: false } },
    },
  })
  const [bundle] = Array.isArray(built) ? built : [built]
  if (bundle === undefined || !('output' in bundle)) throw new Error('nothing was built')
  const [chunk, another] = bundle.output
  if (another !== undefined) throw new Error('more than one file was built')
  const imports = [...chunk.imports, ...chunk.dynamicImports]
  // What is loaded late is in the same file.
  return { code: chunk.code, imports: imports.filter((name) => name !== chunk.fileName) }
}
