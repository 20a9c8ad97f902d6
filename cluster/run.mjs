/** `npm run cluster`: shows the tour, and stays up; with `-- --tour` it fails over and ends. */

import { once } from 'node:events'
import { startCluster } from './start.mjs'
import { failOver, tour } from './tour.mjs'

const cluster = await startCluster()
const stopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
try {
  console.log(`Three nodes behind ${cluster.url}`)
  for (const [index, url] of cluster.nodes.entries()) console.log(`  node ${index + 1}: ${url}`)
  await tour(cluster)
  if (process.argv.includes('--tour')) await failOver(cluster)
  else {
    console.log('Ctrl-C ends all of it and removes its data.')
    console.log(`Try: curl -d username=testuser -d password=password123 ${cluster.url}/token`)
    await stopped
  }
} finally {
  await cluster.stop()
}
