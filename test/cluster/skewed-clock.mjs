/** Imported first by a node whose machine's clock is wrong by LATCHKEY_TEST_SKEW milliseconds. */

const skew = Number(process.env.LATCHKEY_TEST_SKEW)
const RightDate = Date
const now = () => RightDate.now() + skew

globalThis.Date = class extends RightDate {
  constructor(...parts) {
    if (parts.length === 0) super(now())
    else super(...parts)
  }
}
Date.now = now
