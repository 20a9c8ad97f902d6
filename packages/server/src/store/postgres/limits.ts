/** How long anything may take. Milliseconds. */

/** For a connection, or a free one. */
export const CONNECT = 3_000
/** For all that is done on a connection at a time, in case that the network swallows everything. */
export const WORK = 5_000
export const IDLE = 60_000

/**
 * What the server is told; it gives up before we do, so that no lock outlives its caller for long. Who
 * waits for a row outlasts a holder that has been cut off, of which nothing comes any more.
 */
export const serverLimits = {
  statement_timeout: 4_000,
  lock_timeout: 3_000,
  idle_in_transaction_session_timeout: 2_000,
}
