/** What may be typed while the cluster is up. */

import { createInterface } from 'node:readline'
import { failOver } from './tour.mjs'

/** Does each line's command after the one before, until the input ends. */
export async function obey(cluster, say) {
  say(`Commands: ${COMMANDS.map(({ usage }) => usage).join(', ')}`)
  for await (const line of createInterface(process.stdin)) {
    try {
      await obeyLine(line.trim(), cluster, say)
    } catch (error) {
      say(String(error))
    }
  }
}

async function obeyLine(line, cluster, say) {
  if (line === '') return
  for (const { form, act } of COMMANDS) {
    const found = form.exec(line)
    if (found !== null) return say((await act(cluster, Number(found[1]))) ?? 'done')
  }
  say(`There is no command ${JSON.stringify(line)}`)
}

const COMMANDS = [
  {
    usage: 'kill 1',
    form: /^kill ([123])$/,
    act: ({ nodes }, number) => nodes[number - 1].kill(),
  },
  {
    usage: 'start 1',
    form: /^start ([123])$/,
    act: async ({ nodes }, number) => {
      await nodes[number - 1].start()
      return `node ${number} listens on ${nodes[number - 1].url}`
    },
  },
  { usage: 'cut', form: /^cut$/, act: ({ cutConnections }) => cutConnections() },
  {
    usage: 'slow 200 (milliseconds, each way)',
    form: /^slow (\d{1,4})$/,
    act: ({ slowDatabase }, milliseconds) => slowDatabase(milliseconds),
  },
  {
    usage: 'fail over',
    form: /^fail over$/,
    act: failOver,
  },
  {
    usage: 'rebuild (a standby, after a failover)',
    form: /^rebuild$/,
    act: ({ rebuildStandby }) => rebuildStandby(),
  },
]
