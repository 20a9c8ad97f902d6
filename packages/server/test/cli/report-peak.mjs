/** Loaded before a program: writes down the most memory that it took, in megabytes, when it ends. */

import { writeFileSync } from 'node:fs'

process.once('exit', () => {
  writeFileSync(process.env.PEAK_REPORT, String(process.resourceUsage().maxRSS / 1024))
})
