import { fastapi } from './systems/fastapi.js'
import { latchkey } from './systems/latchkey.js'
import type { System } from './systems/system.js'

/** By the names that `--from` takes. */
export const systems = {
  latchkey,
  fastapi,
} satisfies Readonly<Record<string, System>>

export type SystemName = keyof typeof systems

export const systemNames: readonly string[] = Object.keys(systems)
