import { django } from './systems/django.js'
import { fastapi } from './systems/fastapi.js'
import { keycloak } from './systems/keycloak.js'
import { latchkey } from './systems/latchkey.js'
import { supabase } from './systems/supabase.js'
import type { System } from './systems/system.js'

/** By the names that `--from` takes. */
export const systems = {
  latchkey,
  fastapi,
  django,
  supabase,
  keycloak,
} satisfies Readonly<Record<string, System>>

/** For people. */
export function titleOf(name: SystemName): string {
  return systems[name].title
}

export type SystemName = keyof typeof systems

export const systemNames: readonly string[] = Object.keys(systems)
