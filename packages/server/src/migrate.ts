import type { Settings } from './settings/settings.js'
import { openStore } from './store/open.js'

/** Brings the database up to date, and says which migrations it took, and which only later versions know. */
export async function migrateStore(
  settings: Settings,
): Promise<{ applied: string[]; newer: string[] }> {
  const store = await openStore(settings.databaseUrl, { migrate: false })
  try {
    let newer: string[] = []
    const applied = await store.migrate({ onNewer: (names) => (newer = names) })
    return { applied, newer }
  } finally {
    await store.close()
  }
}
