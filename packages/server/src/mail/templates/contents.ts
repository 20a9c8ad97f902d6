/** What is said in each kind of mail. */

import type { MailKind, MailValues } from '../../core/outbox.js'
import type { Content } from './page.js'

type Contents = {
  readonly [Kind in MailKind]: (values: MailValues[Kind], site: string) => Content
}

export const contents: Contents = {
  password_reset: ({ username, url }, site) => ({
    subject: `Set a new password at ${site}`,
    paragraphs: [
      `Somebody, probably you, has asked for a new password for your account ${quoted(username)} at ${site}.`,
    ],
    link: { label: 'Set a new password', url },
    closing: [
      'The link works once, for 30 minutes.',
      'If it was not you, you need not do anything: your password stays as it is.',
    ],
  }),

  // Whoever gets it may be a stranger, so nothing is in it that somebody else has chosen.
  email_verification: ({ url }, site) => ({
    subject: `Confirm your address at ${site}`,
    paragraphs: [`Somebody, probably you, has given this address for an account at ${site}.`],
    link: { label: 'Confirm this address', url },
    closing: ['The link works once, for an hour.', 'If it was not you, you need not do anything.'],
  }),

  address_known: ({ username }, site) => ({
    subject: `You have an account at ${site} already`,
    paragraphs: [
      `Somebody, probably you, has tried to register at ${site} with this address. It belongs to your account ${quoted(username)} already.`,
      'Sign in with that, or ask for a new password if you have forgotten yours. If it was not you, you need not do anything.',
    ],
  }),

  invitation: ({ url }, site) => ({
    subject: `You are invited to ${site}`,
    paragraphs: [`You can make an account at ${site}.`],
    link: { label: 'Make an account', url },
    closing: ['The link works once, for seven days.'],
  }),

  account_created: ({ username, url }, site) => ({
    subject: `You have an account at ${site}`,
    paragraphs: [`An account ${quoted(username)} was made for you at ${site}.`],
    link: { label: 'Choose a password', url },
    closing: ['The link works once, for seven days.'],
  }),

  password_changed: ({ username }, site) => ({
    subject: `Your password at ${site} was changed`,
    paragraphs: [
      `The password of your account ${quoted(username)} at ${site} was changed, and it was signed out elsewhere.`,
      'If it was not you, ask for a new password at once.',
    ],
  }),

  email_changed: ({ username, to }, site) => ({
    subject: `Your address at ${site} was changed`,
    paragraphs: [
      `Your account ${quoted(username)} at ${site} has another address now: ${to}. Mails go there from now on.`,
      'If it was not you, tell whoever runs this service at once.',
    ],
  }),

  account_deleted: ({ username }, site) => ({
    subject: `Your account at ${site} was deleted`,
    paragraphs: [
      `Your account ${quoted(username)} at ${site} was deleted. This was the last mail to it.`,
      'If it was not you, tell whoever runs this service.',
    ],
  }),
}

function quoted(username: string): string {
  return `“${username}”`
}
