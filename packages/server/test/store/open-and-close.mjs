/** A process that opens the store at the URL it is given and closes it again. */

import { openStore } from '../../dist/store/open.js'

const store = await openStore(process.argv[2])
await store.close()
