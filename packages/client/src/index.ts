export { AuthError, type AuthErrorCode, type Factor } from './auth-error.js'
export { type Client, type ClientOptions, createClient, type User } from './client.js'
export { localStorage, memoryStorage, type SessionStorage } from './storage.js'
export type { Credentials } from './token-endpoint.js'
