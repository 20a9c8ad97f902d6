/** Rows for tests about the store, each with an id of its own. */

import { randomUUID } from 'node:crypto'
import type { NewKey } from '../../src/store/keys.js'
import type {
  AuditRow,
  AuditSealRow,
  ClientRow,
  ClientSecretRow,
  Instant,
  KeyId,
  LinkRow,
  MailRow,
  SessionId,
  SessionRow,
  UserId,
  UserImportRow,
  UserRow,
} from '../../src/store/schema.js'

/** Larger than an int4, as every instant is. */
export const NOW = 1_764_000_000_000 as Instant

export function user(fields: Partial<UserRow> = {}): UserRow {
  const id = randomUUID() as UserId
  return {
    id,
    username: id,
    username_key: fields.username?.toLowerCase() ?? id,
    email: null,
    email_key: null,
    email_verified: 0,
    disabled: 0,
    scopes: '',
    metadata: null,
    admin_metadata: null,
    created_at: NOW,
    updated_at: NOW,
    ...fields,
  }
}

export function userImport(fields: Partial<UserImportRow> = {}): UserImportRow {
  const report = '{"imported":0,"present":0,"leftOut":0,"formats":{}}'
  return {
    id: 'import',
    file: 'users.csv',
    position: 0,
    report,
    begun_at: NOW,
    ended_at: null,
    ...fields,
  }
}

export function session(userId: UserId, fields: Partial<SessionRow> = {}): SessionRow {
  return {
    id: randomUUID() as SessionId,
    user_id: userId,
    client_id: 'first-party',
    scope: null,
    counter: 0,
    epoch: 0,
    rotated_at: null,
    password_at: null,
    address: null,
    user_agent: null,
    amr: 'pwd',
    authenticated_at: NOW,
    created_at: NOW,
    last_used_at: NOW,
    ended_at: null,
    ended_why: null,
    status_list: null,
    status_index: null,
    claims_changed: 0,
    ...fields,
  }
}

export function newKey(fields: Partial<NewKey> = {}): NewKey {
  return {
    kid: randomUUID() as KeyId,
    algorithm: 'EdDSA',
    generation: 1,
    public_jwk: '{}',
    wrapped_private_key: 'wrapped',
    created_at: NOW,
    ahead: 0,
    ...fields,
  }
}

export function client(fields: Partial<ClientRow> = {}): ClientRow {
  const id = fields.id ?? randomUUID()
  return {
    id,
    name: id,
    confidential: 1,
    grants: 'client_credentials refresh_token',
    scopes: 'a b',
    access_token_ttl: null,
    refresh_idle_ttl: null,
    session_ttl: null,
    state: 'enabled',
    created_at: NOW,
    updated_at: NOW,
    ...fields,
  }
}

export function clientSecret(
  clientId: string,
  fields: Partial<ClientSecretRow> = {},
): ClientSecretRow {
  return {
    id: randomUUID(),
    client_id: clientId,
    digest: randomUUID(),
    created_at: NOW,
    expires_at: null,
    ...fields,
  }
}

export function entry(fields: Partial<AuditRow> = {}): AuditRow {
  return {
    id: randomUUID(),
    at: NOW,
    event: 'tested',
    user_id: null,
    session_id: null,
    client_id: null,
    actor: 'system',
    address: null,
    request_id: null,
    detail: null,
    ...fields,
  }
}

export function link(fields: Partial<LinkRow> = {}): LinkRow {
  return {
    digest: randomUUID(),
    id: randomUUID(),
    purpose: 'invitation',
    user_id: null,
    email: 'alice@example.com',
    email_key: 'alice@example.com',
    detail: null,
    created_at: NOW,
    expires_at: NOW,
    used_at: null,
    ...fields,
  }
}

export function mail(fields: Partial<MailRow> = {}): MailRow {
  return {
    id: randomUUID(),
    kind: 'invitation',
    user_id: null,
    address: 'alice@example.com',
    wrapped_values: null,
    state: 'queued',
    attempts: 0,
    created_at: NOW,
    due_at: NOW,
    sent_at: null,
    fault: null,
    ...fields,
  }
}

export function seal(fields: Partial<AuditSealRow> = {}): AuditSealRow {
  return {
    number: 1_000_000,
    entries: 2,
    digests: 'one:a two:b',
    latest_at: NOW,
    previous_mac: 'mac',
    previous_latest_at: NOW,
    kept_for: null,
    created_at: NOW,
    key_id: 'key',
    mac: 'mac',
    ...fields,
  }
}
