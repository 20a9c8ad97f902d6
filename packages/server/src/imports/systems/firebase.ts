import { isObject } from '../../core/metadata.js'
import { fromFirebase } from '../../core/passwords/translate/firebase.js'
import { flag, hashOf, list, members, stated, text, time } from '../fields.js'
import { lossesOf } from '../losses.js'
import type { Raw } from '../raw.js'
import type { System } from './system.js'

/** What `firebase auth:export` writes, as JSON or as CSV, which has no header there. */
export const firebase: System = {
  title: 'Firebase',
  list: 'users',
  columns: [
    'localId',
    'email',
    'emailVerified',
    'passwordHash',
    'salt',
    'displayName',
    'photoUrl',
    ...['google', 'facebook', 'twitter', 'github'].flatMap((provider) =>
      ['id', 'email', 'name', 'photo'].map((column) => `${provider}_${column}`),
    ),
    'createdAt',
    'lastSignedInAt',
    'phoneNumber',
    'disabled',
    'customAttributes',
  ],
  needs: [['localId'], ['createdAt']],
  hasHashConfig: true,
  read(raw, { firebase: parameters }) {
    const phone = text(raw, 'phoneNumber')
    return {
      user: {
        email: text(raw, 'email'),
        emailVerified: flag(raw, 'emailVerified'),
        disabled: flag(raw, 'disabled'),
        passwordHash: hashOf(fromFirebase(raw, parameters)),
        createdAt: time(raw, 'createdAt'),
        metadata: stated({ name: raw.displayName, picture: raw.photoUrl }),
        adminMetadata: stated({ ...members(raw, 'customAttributes'), phone }),
        origin: { imported_from: 'firebase', imported_id: text(raw, 'localId') },
      },
      losses: lossesOf({ phone: phone !== undefined, provider: hasProvider(raw) }),
    }
  },
}

function hasProvider(raw: Raw): boolean {
  const others = list(raw, 'providerUserInfo')
    .filter(isObject)
    .filter(({ providerId }) => providerId !== 'password' && providerId !== 'phone')
  const ids = ['google_id', 'facebook_id', 'twitter_id', 'github_id']
  return others.length > 0 || ids.some((id) => text(raw, id) !== undefined)
}
