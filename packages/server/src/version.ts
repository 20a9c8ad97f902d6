import { createRequire } from 'node:module'

// By its own name, which holds in the sources, in dist and in a bundle alike.
const manifest: unknown = createRequire(import.meta.url)('latchkey/package.json')

/** The package's version. */
export const version =
  typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : 'unknown'
