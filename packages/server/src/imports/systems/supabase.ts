import { fromStored } from '../../core/passwords/translate/translation.js'
import { flag, hashOf, members, stated, text, time } from '../fields.js'
import { lossesOf } from '../losses.js'
import type { Raw } from '../raw.js'
import type { System } from './system.js'

/** The table `auth.users`, in CSV or JSON. */
export const supabase: System = {
  title: 'Supabase',
  needs: [['email'], ['encrypted_password']],
  read(raw, { now }) {
    if (time(raw, 'deleted_at') !== undefined) return { passedOver: 'deleted' }
    if (flag(raw, 'is_anonymous')) return { passedOver: 'anonymous' }
    const bannedUntil = time(raw, 'banned_until')
    const isBanned = bannedUntil !== undefined && bannedUntil > now
    const ofApp = members(raw, 'raw_app_meta_data')
    const phone = text(raw, 'phone')
    return {
      user: {
        email: text(raw, 'email'),
        emailVerified: time(raw, 'email_confirmed_at') !== undefined,
        disabled: isBanned,
        passwordHash: hashOf(fromStored(raw.encrypted_password)),
        createdAt: time(raw, 'created_at'),
        metadata: members(raw, 'raw_user_meta_data'),
        adminMetadata: stated({ ...ofApp, phone }),
        origin: { imported_from: 'supabase', imported_id: text(raw, 'id') },
      },
      losses: lossesOf({
        phone: phone !== undefined,
        provider: flag(raw, 'is_sso_user') === true || hasOtherProvider(ofApp),
        ban_end: isBanned,
        rights: flag(raw, 'is_super_admin') === true,
      }),
    }
  },
}

/** Supabase keeps count of them in the metadata, and their identities in a table of their own. */
function hasOtherProvider(ofApp: Raw | undefined): boolean {
  const { providers, provider } = ofApp ?? {}
  const all: unknown[] = Array.isArray(providers) ? providers : [provider ?? 'email']
  return all.some((name) => name !== 'email' && name !== 'phone')
}
