/** Every reason for which Latchkey turns a request away, in its own words; `http/errors.ts` alone knows the statuses. */
export type RefusalCode =
  | 'media_type_unsupported'
  | 'body_too_large'
  | 'body_malformed'
  | 'url_too_long'
  | 'headers_too_many'
  | 'field_repeated'
  | 'field_malformed'
  | 'field_missing'
  | 'client_authentication_ambiguous'
  | 'client_not_authenticated'
  | 'asker_not_allowed'
  | 'grant_unknown'
  | 'grant_not_allowed'
  | 'scope_not_allowed'
  | 'wrong_credentials'
  | 'refresh_token_dead'
  | 'token_of_another_client'
  | 'origin_not_allowed'
  | 'two_refresh_tokens'
  | 'session_ended'
  | 'claims_changed'
  | 'recent_sign_in_needed'
  | 'session_unknown'
  | 'status_list_unknown'
  | 'status_history_not_kept'
  | 'client_unknown'
  | 'client_unusable'
  | 'client_id_taken'
  | 'field_unusable'
  | 'key_unknown'
  | 'mail_unknown'
  | 'keys_are_settings'
  | 'no_user_behind_token'
  | 'too_many_attempts'
  | 'overloaded'
  | 'caller_gone'
  | 'storage_unavailable'
  | 'stopping'
  | 'metrics_closed'
  | 'metrics_token_wrong'
  | 'username_unusable'
  | 'username_taken'
  | 'email_unusable'
  | 'email_taken'
  | 'email_is_username'
  | 'password_unusable'
  | 'user_unknown'
  | 'user_changed_since'
  | 'registration_closed'
  | 'link_dead'
  | 'invitation_unknown'
  | 'user_unreachable'
  | 'import_overtaken'
  | 'file_unreadable'

export interface RefusalDetails {
  /** What is wrong, in a sentence for whoever sent the request. Never holds a secret. */
  message?: string
  /** The fields at fault, by the names that the caller sent or should have sent. */
  fields?: readonly string[]
  /** Seconds after which asking again makes sense. */
  retryAfter?: number
  /** What to do better, in sentences for a person. */
  suggestions?: readonly string[]
  /** Of `too_many_attempts`: by a limit that others fill, too. */
  isOfAll?: boolean
  /** Work that the caller may do in place of the wait, as it is sent. */
  challenge?: object
  cause?: unknown
}

/** The one error that core, store and http throw for what they expect to go wrong. */
export class Refusal extends Error {
  readonly code: RefusalCode
  readonly fields: readonly string[]
  readonly retryAfter: number | undefined
  readonly suggestions: readonly string[] | undefined
  readonly isOfAll: boolean
  readonly challenge: object | undefined

  constructor(code: RefusalCode, details: RefusalDetails = {}) {
    super(details.message ?? code, { cause: details.cause })
    this.name = 'Refusal'
    this.code = code
    this.fields = details.fields ?? []
    this.retryAfter = details.retryAfter
    this.suggestions = details.suggestions
    this.isOfAll = details.isOfAll ?? false
    this.challenge = details.challenge
  }
}
