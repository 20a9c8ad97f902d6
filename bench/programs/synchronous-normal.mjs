// Preloaded, makes commits less durable than Latchkey ever does: not flushed one by one.
import { rewrite } from './rewrite.mjs'

rewrite('/store/sqlite/connection.js', [
  ["'pragma synchronous = full'", "'pragma synchronous = normal'"],
  ['const FULL = 2', 'const FULL = 1'],
])
