import { auth0 } from './systems/auth0.js'
import { betterAuth } from './systems/better-auth.js'
import { django } from './systems/django.js'
import { fastapi } from './systems/fastapi.js'
import { firebase } from './systems/firebase.js'
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
  auth0,
  firebase,
  keycloak,
  'better-auth': betterAuth,
} satisfies Readonly<Record<string, System>>

export type SystemName = keyof typeof systems

export function systemOf(name: SystemName): System {
  return systems[name]
}

export const systemNames: readonly string[] = Object.keys(systems)
