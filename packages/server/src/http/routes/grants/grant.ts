import type { Origin } from '../../../core/audit.js'
import type { Client } from '../../../core/clients.js'
import type { TokenAnswer } from '../../../core/sessions.js'
import type { Form } from '../../form.js'

/** One way to get a token: its name on the wire, what it needs, and what it does. */
export interface Grant {
  grantType: string
  /** Fields that must be there, checked before it runs. */
  fields: readonly string[]
  run(request: GrantRequest): Promise<TokenAnswer>
}

export interface GrantRequest {
  form: Form
  client: Client
  origin: Origin
  /** What the device has kept from an earlier sign-in. */
  device: string | undefined
}
