// Loaded before a program (`node --import`), as if its machine's clock were wrong.
const shift = Number(process.env.LATCHKEY_TEST_CLOCK_SHIFT)
const now = Date.now
Date.now = () => now() + shift
