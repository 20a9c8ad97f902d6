// Preloaded, takes the grouping out of the writer thread: it commits after each unit.
import { rewrite } from './rewrite.mjs'

rewrite('/store/sqlite/writer.js', [
  [
    'answers: runTogether(connection, orders)',
    'answers: orders.flatMap((order) => runTogether(connection, [order]))',
  ],
])
