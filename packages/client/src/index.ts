export { AuthError, type AuthErrorCode, type AuthErrorExtra, type Factor } from './auth-error.js'
export {
  type Client,
  type ClientOptions,
  createClient,
  type Listener,
  type User,
} from './client.js'
export { localStorage, memoryStorage, type SessionStorage } from './storage.js'
export type { Credentials } from './token-endpoint.js'
