/** `npm run cluster`: shows the tour, and stays up; with `-- --tour` it fails over and ends. */

import { obey } from './commands.mjs'
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

async function stayUp(cluster) {
  console.log(`All three are behind ${cluster.url}; Ctrl-C ends all of it and removes its data.`)
  console.log(`Try: curl -d username=testuser -d password=password123 ${cluster.url}/token`)
  await obey(cluster, console.log)
  // Without anybody to type it stays all the same.
  await new Promise(() => {})
}
