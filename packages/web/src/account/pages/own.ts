/** The pages of who is signed in, in one file: whoever has one of them can go to the others, even without a server. */

export { Data } from './data.js'
export { Password } from './password.js'
export { Profile } from './profile.js'
export { Sessions } from './sessions.js'
