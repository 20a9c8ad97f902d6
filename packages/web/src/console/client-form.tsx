import { useId } from 'react'
import { isMissing, Problem } from '../api/problem.js'
import { inWords } from '../texts/faults.js'
import { Field } from '../ui/field.js'
import { type Faults, Form, type Values } from '../ui/form.js'
import { type Client, type ClientTerms, type Grant, grants, type NewClient } from './api/clients.js'
import { type Scope, useScopes } from './api/scopes.js'
import { durationOf, secondsOf } from './duration.js'
import { say } from './say.js'
import { scopesIn } from './scopes-field.js'

interface ClientFormProps {
  /** As it is now; undefined for a new one. */
  readonly client?: Client
  readonly submit: string
  readonly send: (given: NewClient) => Promise<void>
}

/** All that can be said of a client. */
export function ClientForm({ client, submit, send }: ClientFormProps) {
  const scopes = useScopes().data?.items
  const isConfidential = (values: Values) => client?.confidential ?? values.confidential === 'on'
  return (
    <Form
      submit={submit}
      required={client === undefined ? ['id'] : ['name']}
      check={(values) => ({
        ...faultsIn(values, isConfidential(values)),
        scopes: faultOfScopes(values.scopes ?? '', scopes),
      })}
      explain={whyNot}
      send={(values) =>
        send({
          ...termsIn(values),
          id: client?.id ?? values.id ?? '',
          confidential: isConfidential(values),
        })
      }
    >
      {(faults) => (
        <>
          {client === undefined && <Identity faults={faults} />}
          <Field
            name="name"
            label={say('clientName')}
            hint={say('clientNameHint')}
            autoComplete="off"
            fault={faults.name}
            {...(client && { value: client.name, required: true })}
          />
          <Grants given={client?.grants ?? ['password', 'refresh_token']} fault={faults.grants} />
          <ScopesField given={client?.scopes ?? []} known={scopes} fault={faults.scopes} />
          <fieldset aria-describedby="lifetimes-hint">
            <legend>{say('clientLifetimes')}</legend>
            <p id="lifetimes-hint">{say('clientLifetimesHint')}</p>
            {lifetimes.map(([name, label]) => (
              <Field
                key={name}
                name={name}
                label={say(label)}
                autoComplete="off"
                fault={faults[name]}
                value={inWordsOf(client?.[name])}
              />
            ))}
          </fieldset>
        </>
      )}
    </Form>
  )
}

/** In seconds, as the server allows them at most. */
const lifetimes = [
  ['access_token_ttl', 'clientAccessTokenTtl', 86_400],
  ['refresh_idle_ttl', 'clientRefreshIdleTtl', 315_360_000],
  ['session_ttl', 'clientSessionTtl', 315_360_000],
] as const

function inWordsOf(seconds: number | null | undefined): string {
  return typeof seconds === 'number' ? durationOf(seconds) : ''
}

function Identity({ faults }: { readonly faults: Faults }) {
  return (
    <>
      <Field
        name="id"
        label={say('clientId')}
        hint={say('clientIdHint')}
        autoComplete="off"
        fault={faults.id}
        required
      />
      <label className="choice">
        <input type="checkbox" name="confidential" defaultChecked />
        {say('clientKeepsSecret')}
      </label>
    </>
  )
}

interface GrantsProps {
  readonly given: readonly Grant[]
  readonly fault: string | undefined
}

function Grants({ given, fault }: GrantsProps) {
  const id = useId()
  return (
    <fieldset {...(fault && { 'aria-describedby': id })}>
      <legend>{say('clientGrants')}</legend>
      {grants.map((grant) => (
        <label key={grant} className="choice">
          <input type="checkbox" name={grant} defaultChecked={given.includes(grant)} />
          <span>
            <code>{grant}</code> {say(`grant_${grant}`)}
          </span>
        </label>
      ))}
      {fault !== undefined && (
        <small id={id} className="fault">
          {fault}
        </small>
      )}
    </fieldset>
  )
}

interface ScopesFieldProps {
  readonly given: readonly string[]
  /** Undefined until they have been read. */
  readonly known: readonly Scope[] | undefined
  readonly fault: string | undefined
}

function ScopesField({ given, known, fault }: ScopesFieldProps) {
  const names = known?.map(({ name }) => name).join(' ')
  return (
    <Field
      name="scopes"
      label={say('nav_scopes')}
      hint={
        names === undefined ? say('clientScopesHint') : say('clientScopesKnown', { known: names })
      }
      autoComplete="off"
      fault={fault}
      value={given.join(' ')}
    />
  )
}

function faultsIn(values: Values, isConfidential: boolean): Faults {
  const late = lifetimes.map(([name, , most]) => [name, faultOfLifetime(values[name] ?? '', most)])
  const isOdd = !isConfidential && values.client_credentials === 'on'
  return {
    ...Object.fromEntries(late),
    ...(values.id && !/^[\w.~-]{1,64}$/.test(values.id) && { id: say('clientIdFault') }),
    ...(isOdd && { grants: say('clientGrantsFault') }),
  }
}

/** Where none of the operator's own are defined, any can be granted. */
function faultOfScopes(text: string, known: readonly Scope[] | undefined): string | undefined {
  const defined = known?.filter(({ allows }) => allows !== null) ?? []
  const mayBeAny = defined.every(({ built_in: isBuiltIn }) => isBuiltIn)
  const unknown = scopesIn(text).find(
    (word) => !mayBeAny && !defined.some(({ name }) => name === word),
  )
  return unknown === undefined ? undefined : say('clientScopeFault', { scope: unknown })
}

function whyNot(error: unknown): string {
  if (isMissing(error)) return say('clientMissing')
  return error instanceof Problem && error.status === 409 ? say('clientIdTaken') : inWords(error)
}

function faultOfLifetime(text: string, most: number): string | undefined {
  if (text.trim() === '') return undefined
  const seconds = secondsOf(text)
  const isGood = seconds !== undefined && seconds > 0 && seconds <= most
  return isGood ? undefined : say('clientLifetimeFault', { most: durationOf(most) })
}

function termsIn(values: Values): ClientTerms {
  const lifetime = (name: string) => secondsOf(values[name] ?? '') ?? null
  const name = values.name?.trim() || values.id || ''
  return {
    name,
    grants: grants.filter((grant) => values[grant] === 'on'),
    scopes: scopesIn(values.scopes ?? ''),
    access_token_ttl: lifetime('access_token_ttl'),
    refresh_idle_ttl: lifetime('refresh_idle_ttl'),
    session_ttl: lifetime('session_ttl'),
  }
}
