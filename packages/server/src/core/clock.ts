import type { Instant } from '../store/schema.js'

/** Tells the time; tests turn it by hand. */
export type Clock = () => Instant

/** This machine's. */
export const systemClock = Date.now as Clock
