/** Vitest's setup file, run before each test file. */

import { removeRemains } from './remains.js'

removeRemains()
