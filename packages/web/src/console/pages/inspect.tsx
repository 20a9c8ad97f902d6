import { useSession } from '@latchkey/client/react'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { useId, useMemo, useRef, useState } from 'react'
import { longestText } from '../../inspector/find-token.js'
import { readToken } from '../../inspector/read-token.js'
import { client } from '../../session/client.js'
import { Page } from '../../ui/page.js'
import { Inspected } from '../inspection/inspected.js'
import { OtherToken } from '../inspection/other-token.js'
import { say } from '../say.js'

/** Looks into a token, in the browser alone; nobody needs to be signed in for that. */
export default function Inspect() {
  const [queries] = useState(() => new QueryClient())
  const [text, setText] = useState('')
  const token = useMemo(() => readToken(text), [text])
  return (
    <QueryClientProvider client={queries}>
      <Page title={say('inspectTitle')}>
        <p>{say('inspectIntro')}</p>
        <TokenField text={text} onText={setText} />
        {token === undefined && <p className="empty">{say('inspectEmpty')}</p>}
        {token === 'tooMuch' && (
          <p role="alert" className="notice fault">
            {say('inspectTooMuch', { count: longestText })}
          </p>
        )}
        {typeof token === 'object' &&
          (token.kind === 'signed' || token.kind === 'encrypted' ? (
            <Inspected token={token} />
          ) : (
            <OtherToken token={token} />
          ))}
      </Page>
    </QueryClientProvider>
  )
}

interface TokenFieldProps {
  readonly text: string
  readonly onText: (text: string) => void
}

function TokenField({ text, onText }: TokenFieldProps) {
  const { user } = useSession(client)
  const id = useId()
  const field = useRef<HTMLTextAreaElement>(null)
  const own = async () => onText((await client.getAccessToken()) ?? '')
  const clear = () => {
    onText('')
    field.current?.focus()
  }
  return (
    <div className="field">
      <label htmlFor={id}>{say('inspectField')}</label>
      {/* Nothing that was typed here is kept, and browsers are told so. */}
      <textarea
        ref={field}
        id={id}
        rows={5}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        aria-describedby={`${id}-hint`}
        value={text}
        onInput={(event) => onText(event.currentTarget.value)}
      />
      <small id={`${id}-hint`}>{say('inspectHint')}</small>
      <div className="actions">
        {user !== undefined && (
          <button type="button" className="secondary outline" onClick={() => void own()}>
            {say('inspectOwn')}
          </button>
        )}
        {text !== '' && (
          <button type="button" className="secondary outline" onClick={clear}>
            {say('inspectClear')}
          </button>
        )}
      </div>
    </div>
  )
}
