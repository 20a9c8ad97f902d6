/** `npm run cluster`: shows the tour, and stays up; with `-- --tour` it fails over and ends. */

import { startCluster } from './start.mjs'
import { failOver, tour } from './tour.mjs'

// From the start on: the nodes end with this process, PostgreSQL and its folder when the pipe closes.
for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => process.exit(1))

const cluster = await startCluster(console.log)
try {
  await tour(cluster)
  if (process.argv.includes('--tour')) await failOver(cluster)
  else await stayUp(cluster)
} finally {
  await cluster.stop()
}

function stayUp({ url }) {
  console.log(`All three are behind ${url}; Ctrl-C ends all of it and removes its data.`)
  console.log(`Try: curl -d username=testuser -d password=password123 ${url}/token`)
  return new Promise(() => {})
}
