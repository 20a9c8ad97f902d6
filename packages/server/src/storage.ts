import type { Clock } from './core/clock.js'
import type { Log } from './core/log.js'
import { type ClockInUse, openClock } from './core/shared-clock.js'
import type { Settings } from './settings/settings.js'
import type { Hearing } from './store/heard.js'
import { openStore, type Store, type StoreOptions } from './store/open.js'

export interface Storage extends ClockInUse {
  store: Store
}

/**
 * Opens the store that the settings name, and the clock that goes by its database.
 *
 * @param given stand in for them
 * @throws Refusal `storage_unavailable`
 */
export async function openStorage(
  settings: Settings,
  {
    log,
    ...given
  }: { log: Log; clock?: Clock; store?: Store; hearing?: Hearing; writesMuch?: boolean },
): Promise<Storage> {
  // The store tells the database's time by itself: a clock that is set by it would hear itself.
  const clock = given.clock && { clock: given.clock }
  const replica = replicaOf(settings, log)
  const store =
    given.store ??
    (await openStore(settings.databaseUrl, {
      ...clock,
      replica,
      hearing: given.hearing,
      writesMuch: given.writesMuch,
      ...toldIn(log),
    }))
  try {
    return { store, ...(await openClock(store, log, given.clock)) }
  } catch (error) {
    await store.close()
    throw error
  }
}

function replicaOf({ databaseReplicaUrl: url }: Settings, log: Log): StoreOptions['replica'] {
  if (url === undefined) return undefined
  const told = (err: unknown) => {
    if (err === undefined) log.info({}, 'the replica answers again')
    else log.warn({ err }, 'the replica does not answer: its reads go to the primary')
  }
  return { url, told }
}

function toldIn(log: Log): Pick<StoreOptions, 'onApplied' | 'onNewer'> {
  return {
    onApplied: (migration, milliseconds) =>
      log.info({ migration, milliseconds }, 'the database is migrated'),
    onNewer: (migrations) =>
      log.warn({ migrations }, 'the database is newer than this version, and fits it'),
  }
}
