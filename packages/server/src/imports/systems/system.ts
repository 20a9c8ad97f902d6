import type { FirebaseParameters } from '../../core/passwords/translate/firebase.js'
import type { IncomingUser } from '../../core/user-import/incoming.js'
import type { Instant } from '../../store/schema.js'
import type { Loss, PassedOver } from '../losses.js'
import type { Raw } from '../raw.js'
import type { FileForm } from '../records.js'

/** What there is to know of a system whose users come here, and what its files of them look like. */
export interface System extends FileForm {
  /** The file that holds the passwords, where users and passwords are files of their own. */
  readonly passwords?: PasswordsForm
  /** Whether hashes say nothing without a file of parameters. */
  readonly hasHashConfig?: boolean
  /** Where a record of JSON keeps what a table has as columns, if not in itself. */
  unwrap?(raw: Raw): Raw
  /** @throws Refusal `field_unusable` for a record that is none of a user */
  read(raw: Raw, reading: Reading): Found | { readonly passedOver: PassedOver }
}

/** What it takes to read a record besides. */
export interface Reading {
  readonly now: Instant
  /** What was in the file of passwords. */
  readonly passwords?: HashesByKey | undefined
  /** Of the hashes of Firebase's project. */
  readonly firebase?: FirebaseParameters | undefined
}

export interface PasswordsForm extends Pick<FileForm, 'needs'> {
  /** What its records are found by; whatever comes of one is a text by a key. */
  entries(raw: Raw): readonly (readonly [key: string, hash: string])[]
}

export interface HashesByKey {
  /** Of the file that they are in. */
  readonly digest: string
  /** @throws Refusal `field_unusable` where the file has two by that key, which differ */
  find(key: string): string | undefined
}

export interface Found {
  readonly user: FoundUser
  readonly losses?: readonly Loss[]
}

/** A user as the system has them: with or without a name to sign in with. */
export interface FoundUser extends Omit<IncomingUser, 'username'> {
  readonly username?: string | undefined
  /** Where they come from. Kept as metadata that only admins change, so that other tables' references can be followed. */
  readonly origin?: { readonly imported_from: string; readonly imported_id?: string | undefined }
}
