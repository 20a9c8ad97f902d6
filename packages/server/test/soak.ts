/** How many cases a test of chance goes through where it is given time; 0 in an ordinary run. */
export const soak = Number(process.env.LATCHKEY_TEST_SOAK ?? 0)
