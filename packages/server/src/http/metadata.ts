import { grantTypes } from '../core/client-registry.js'

interface Features {
  issuer: string
  passwordGrantIsOn: boolean
  scopes: readonly string[]
  hasDocs: boolean
}

/** Authorization server metadata (RFC 8414): what is really there, at addresses made from the issuer alone. */
export function metadataOf({ issuer, passwordGrantIsOn, scopes, hasDocs }: Features) {
  return {
    issuer,
    token_endpoint: `${issuer}/oauth/token`,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    revocation_endpoint: `${issuer}/revoke`,
    introspection_endpoint: `${issuer}/introspect`,
    // draft-ietf-oauth-status-list section 9.3
    status_list_aggregation_endpoint: `${issuer}/status-lists`,
    scopes_supported: scopes,
    response_types_supported: [],
    grant_types_supported: grantTypes.filter((grant) => grant !== 'password' || passwordGrantIsOn),
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
    revocation_endpoint_auth_methods_supported: [
      'client_secret_basic',
      'client_secret_post',
      'none',
    ],
    // The last is a type of access token, which RFC 8414 section 2 lets stand here.
    introspection_endpoint_auth_methods_supported: [
      'client_secret_basic',
      'client_secret_post',
      'Bearer',
    ],
    ...(hasDocs && { service_documentation: `${issuer}/docs` }),
  }
}
