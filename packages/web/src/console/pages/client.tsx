import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useLocation, useParams } from 'wouter'
import { isMissing } from '../../api/problem.js'
import { ConfirmDialog } from '../../ui/confirmation.js'
import { Dialog } from '../../ui/dialog.js'
import { Form } from '../../ui/form.js'
import { Loaded } from '../../ui/loaded.js'
import { Done } from '../../ui/notice.js'
import { Page } from '../../ui/page.js'
import {
  addSecret,
  type Client,
  type ClientTerms,
  editClient,
  keyOf,
  removeClient,
  useClient,
} from '../api/clients.js'
import { ClientForm } from '../client-form.js'
import { FreshSecret } from '../fresh-secret.js'
import { Moment } from '../moment.js'
import { places } from '../places.js'
import { type ConsoleText, say } from '../say.js'

export default function OneClient() {
  const { id = '' } = useParams()
  return (
    <Page title={say('clientTitle', { id })}>
      <p>
        <Link href={places.clients}>{say('clientsAll')}</Link>
      </p>
      {id === 'first-party' ? <p>{say('firstPartyText')}</p> : <Registered id={id} />}
    </Page>
  )
}

function Registered({ id }: { readonly id: string }) {
  const client = useClient(id)
  if (isMissing(client.error)) return <p>{say('clientMissing')}</p>
  return (
    <Loaded query={client} lines={10}>
      {(client) => <Opened client={client} />}
    </Loaded>
  )
}

type Asked = 'disable' | 'secret' | 'remove' | undefined

function Opened({ client }: { readonly client: Client }) {
  const queryClient = useQueryClient()
  const [asked, setAsked] = useState<Asked>()
  const [said, setSaid] = useState<{ text: ConsoleText; count: number }>()
  const [secret, setSecret] = useState<string>()
  // What is typed is held against what the form began with, and stays while the client is looked at anew.
  const [form, setForm] = useState({ from: client, count: 0 })
  const { id, confidential, disabled } = client
  const close = () => setAsked(undefined)
  const change = async (changes: Parameters<typeof editClient>[1], text: ConsoleText) => {
    const changed = await editClient(id, changes)
    queryClient.setQueryData(keyOf(id), changed)
    setSaid((before) => ({ text, count: (before?.count ?? 0) + 1 }))
    close()
    return changed
  }
  return (
    <>
      {said !== undefined && <Done key={said.count}>{say(said.text)}</Done>}
      {secret !== undefined && <FreshSecret key={secret} secret={secret} />}
      <About client={client} />
      <div className="actions">
        {confidential && (
          <button type="button" className="secondary" onClick={() => setAsked('secret')}>
            {say('clientNewSecret')}
          </button>
        )}
        <button
          type="button"
          className="secondary outline"
          onClick={() =>
            disabled ? void change({ disabled: false }, 'clientEnabled') : setAsked('disable')
          }
        >
          {say(disabled ? 'clientEnable' : 'clientDisable')}
        </button>
        <button type="button" className="danger outline" onClick={() => setAsked('remove')}>
          {say('clientRemove')}
        </button>
      </div>
      <section className="narrow">
        <h2>{say('clientMay')}</h2>
        <ClientForm
          key={form.count}
          client={form.from}
          submit={say('save')}
          send={async (given) => {
            const from = await change(changesIn(form.from, given), 'saved')
            setForm({ from, count: form.count + 1 })
          }}
        />
      </section>
      {asked === 'disable' && (
        <ConfirmDialog
          title={say('clientDisableTitle', { id })}
          submit={say('clientDisable')}
          onClose={close}
          act={async () => void (await change({ disabled: true }, 'clientDisabled'))}
        >
          <p>{say('clientDisableText')}</p>
        </ConfirmDialog>
      )}
      {asked === 'secret' && (
        <NewSecret
          id={id}
          onClose={close}
          onMade={(made) => {
            setSecret(made)
            close()
          }}
        />
      )}
      {asked === 'remove' && <Removal id={id} onClose={close} />}
    </>
  )
}

function About({ client }: { readonly client: Client }) {
  return (
    <dl>
      <dt>{say('stateColumn')}</dt>
      <dd>{say(client.disabled ? 'clientIsDisabled' : 'clientIsEnabled')}</dd>
      <dt>{say('kindColumn')}</dt>
      <dd>{say(client.confidential ? 'clientConfidentialLong' : 'clientPublicLong')}</dd>
      <dt>{say('createdColumn')}</dt>
      <dd>
        <Moment time={client.created_at} />
      </dd>
    </dl>
  )
}

/** Nothing else is sent, so that what another admin has changed meanwhile stays. */
function changesIn(client: Client, given: ClientTerms): Partial<ClientTerms> {
  const { name, grants, scopes, access_token_ttl, refresh_idle_ttl, session_ttl } = given
  const terms = { name, grants, scopes, access_token_ttl, refresh_idle_ttl, session_ttl }
  const isChanged = ([key, value]: [string, unknown]) =>
    inOrder(value) !== inOrder(client[key as keyof ClientTerms])
  return Object.fromEntries(Object.entries(terms).filter(isChanged))
}

function inOrder(value: unknown): string {
  return JSON.stringify(Array.isArray(value) ? [...value].sort() : value)
}

interface NewSecretProps {
  readonly id: string
  readonly onClose: () => void
  readonly onMade: (secret: string) => void
}

function NewSecret({ id, onClose, onMade }: NewSecretProps) {
  return (
    <Dialog title={say('clientNewSecretTitle')} onClose={onClose}>
      <Form
        submit={say('clientNewSecret')}
        required={[]}
        send={async ({ overlap }) => onMade(await addSecret(id, Number(overlap)))}
      >
        {() => (
          <>
            <p>{say('clientNewSecretText')}</p>
            <label>
              {say('clientOverlap')}
              <select name="overlap" defaultValue="86400">
                {overlaps.map(([seconds, name]) => (
                  <option key={seconds} value={seconds}>
                    {say(name)}
                  </option>
                ))}
              </select>
            </label>
          </>
        )}
      </Form>
    </Dialog>
  )
}

const overlaps = [
  [0, 'overlapNone'],
  [3_600, 'overlapHour'],
  [86_400, 'overlapDay'],
  [604_800, 'overlapWeek'],
] as const

function Removal({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const queryClient = useQueryClient()
  const [, navigate] = useLocation()
  return (
    <ConfirmDialog
      title={say('clientRemoveTitle', { id })}
      submit={say('clientRemove')}
      onClose={onClose}
      act={async () => {
        await removeClient(id)
        await queryClient.invalidateQueries({ queryKey: ['admin/clients'] })
        navigate(places.clients, { state: { removed: id } })
      }}
    >
      <p>{say('clientRemoveText')}</p>
    </ConfirmDialog>
  )
}
