/** What the tests touch of a package that comes without types. */
declare module 'simple-oauth2' {
  interface Options {
    client: { id: string; secret: string }
    auth: { tokenHost: string; tokenPath: string; refreshPath?: string; revokePath: string }
    options?: {
      authorizationMethod?: 'header' | 'body'
      credentialsEncodingMode?: 'strict' | 'loose'
    }
  }

  class AccessToken {
    token: Record<string, unknown>
    expired(): boolean
    refresh(parameters?: { scope?: string }): Promise<AccessToken>
    revoke(kind: 'access_token' | 'refresh_token'): Promise<void>
    revokeAll(): Promise<void>
  }

  export class ResourceOwnerPassword {
    constructor(options: Options)
    getToken(parameters: {
      username: string
      password: string
      scope?: string
    }): Promise<AccessToken>
  }

  export class ClientCredentials {
    constructor(options: Options)
    getToken(parameters: { scope?: string }): Promise<AccessToken>
  }
}
