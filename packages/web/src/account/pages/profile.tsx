import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useHistoryState } from 'wouter/use-browser-location'
import { type Account, changeAddress } from '../../api/account.js'
import { requestVerification } from '../../api/visitors.js'
import { asDate, say } from '../../texts/texts.js'
import { ConfirmDialog } from '../../ui/confirmation.js'
import { Field } from '../../ui/field.js'
import { addressFault, Form } from '../../ui/form.js'
import { Loaded } from '../../ui/loaded.js'
import { Success } from '../../ui/notice.js'
import { Page } from '../../ui/page.js'
import { accountKey, useAccount } from '../queries.js'

export function Profile() {
  const account = useAccount()
  return (
    <Page title={say('profileTitle')}>
      <Welcome />
      <Loaded query={account} lines={4}>
        {(loaded) => (
          <>
            <dl>
              <dt>{say('username')}</dt>
              <dd>
                <bdi>{loaded.username}</bdi>
              </dd>
              <dt>{say('memberSince')}</dt>
              <dd>{asDate(loaded.created_at)}</dd>
              <dt>{say('userId')}</dt>
              <dd>
                <code>{loaded.id}</code>
              </dd>
            </dl>
            <Address account={loaded} />
          </>
        )}
      </Loaded>
    </Page>
  )
}

/** To whoever has just come to have an account. */
function Welcome() {
  const { isNew = false, sentTo = '' } =
    useHistoryState<{ isNew?: boolean; sentTo?: string } | null>() ?? {}
  if (!isNew) return null
  const sent = sentTo !== '' && say('verifySent', { email: sentTo })
  return (
    <Success>
      {say('accountCreated')} {sent}
    </Success>
  )
}

function Address({ account }: { readonly account: Account }) {
  const { username, email, email_verified: isVerified } = account
  const [isChanging, setChanging] = useState(false)
  const [said, setSaid] = useState<string>()
  const isUsername = email !== null && username.includes('@')
  return (
    <section aria-labelledby="address">
      <h2 id="address">{say('email')}</h2>
      <p>
        <bdi>{email ?? say('noEmail')}</bdi>{' '}
        {email !== null && (
          <span className={isVerified ? 'tag good' : 'tag'}>
            {say(isVerified ? 'verified' : 'unverified')}
          </span>
        )}
      </p>
      {isUsername && <p>{say('addressIsUsername')}</p>}
      <div className="actions">
        {email !== null && !isVerified && (
          <Form
            submit={say('sendVerification')}
            className="secondary"
            required={[]}
            send={async () => {
              await requestVerification(email)
              setSaid(say('verificationSent', { email }))
            }}
          />
        )}
        {!isUsername && (
          <button type="button" className="secondary" onClick={() => setChanging(true)}>
            {say(email === null ? 'addEmail' : 'changeEmail')}
          </button>
        )}
      </div>
      <Success>{said}</Success>
      {isChanging && (
        <AddressDialog
          isFirst={email === null}
          onClose={() => setChanging(false)}
          onSent={(address) => {
            setChanging(false)
            setSaid(say('addressChangeSent', { email: address }))
          }}
        />
      )}
    </section>
  )
}

interface AddressDialogProps {
  readonly isFirst: boolean
  readonly onClose: () => void
  readonly onSent: (address: string) => void
}

function AddressDialog({ isFirst, onClose, onSent }: AddressDialogProps) {
  const queryClient = useQueryClient()
  const [address, setAddress] = useState('')
  return (
    <ConfirmDialog
      title={say(isFirst ? 'addEmail' : 'changeEmail')}
      submit={say('save')}
      isHarmless
      required={['email']}
      check={() => ({ email: address === '' ? say('required') : addressFault(address) })}
      onClose={onClose}
      act={async (by) => {
        await changeAddress(address, by)
        await queryClient.invalidateQueries({ queryKey: accountKey })
        onSent(address)
      }}
    >
      {(faults) => (
        <Field
          name="email"
          type="email"
          label={say('email')}
          autoComplete="email"
          fault={faults.email}
          onInput={setAddress}
          required
          {...(!isFirst && { hint: say('changeEmailHint') })}
        />
      )}
    </ConfirmDialog>
  )
}
