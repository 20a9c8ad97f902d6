import { type ReactNode, useState } from 'react'
import { Link } from 'wouter'
import { Problem } from '../../api/problem.js'
import { say } from '../../texts/texts.js'
import { type Faults, Form, type Values } from '../../ui/form.js'
import { Fault } from '../../ui/notice.js'
import { Page } from '../../ui/page.js'
import { linkToken } from '../link-token.js'
import { places } from '../places.js'

interface LinkPageProps {
  readonly title: string
  readonly intro: string
  readonly submit: string
  readonly required: readonly string[]
  readonly send: (token: string, values: Values) => Promise<void>
  readonly explain?: (error: unknown) => string
  readonly done: { readonly title: string; readonly hint: string }
  /** Where to go with a link that does nothing any more. */
  readonly instead?: { readonly href: string; readonly text: string }
  readonly children?: (faults: Faults) => ReactNode
}

/**
 * Where a link in a mail leads to. It does nothing by itself, so that what opens links to look at them uses none
 * up; a button does.
 */
export function LinkPage(props: LinkPageProps) {
  const [state, setState] = useState<'open' | 'done' | 'dead'>('open')
  if (state === 'done') return <Done {...props.done} />
  const { title, intro, submit, required, send, explain, children } = props
  const { instead = { href: places.signIn, text: say('backToSignIn') } } = props
  const why = linkToken === '' ? 'linkNotWhole' : 'linkDead'
  return (
    <Page title={title}>
      {linkToken === '' || state === 'dead' ? (
        <>
          <Fault>{say(why)}</Fault>
          <p>
            <Link href={instead.href}>{instead.text}</Link>
          </p>
        </>
      ) : (
        <>
          <p>{intro}</p>
          <Form
            submit={submit}
            isFirst
            required={required}
            send={async (values) => {
              try {
                await send(linkToken, values)
                setState('done')
              } catch (error) {
                if (!(error instanceof Problem) || error.status !== 400) throw error
                setState('dead')
              }
            }}
            {...(explain && { explain })}
            {...(children && { children })}
          />
        </>
      )}
    </Page>
  )
}

function Done({ title, hint }: { readonly title: string; readonly hint: string }) {
  return (
    <Page title={title}>
      <p>{hint}</p>
      <p>
        <Link href={places.signIn}>{say('signIn')}</Link>
      </p>
    </Page>
  )
}
