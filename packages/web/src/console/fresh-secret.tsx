import { useEffect, useRef, useState } from 'react'
import { say } from './say.js'

/** A secret that is kept nowhere: whoever needs it takes it from here. */
export function FreshSecret({ secret }: { readonly secret: string }) {
  const place = useRef<HTMLElement>(null)
  const [isCopied, setCopied] = useState(false)
  useEffect(() => place.current?.focus(), [])
  const copy = async () => {
    await navigator.clipboard.writeText(secret)
    setCopied(true)
  }
  return (
    <section ref={place} tabIndex={-1} className="notice secret" aria-label={say('clientSecret')}>
      <p>{say('clientSecretOnce')}</p>
      <p>
        <code>{secret}</code>
      </p>
      {/* It is there on https:// and on this machine alone. */}
      {'clipboard' in navigator && (
        <button type="button" className="secondary outline small" onClick={() => void copy()}>
          {say('copy')}
        </button>
      )}
      <span role="status">{isCopied && ` ${say('copied')}`}</span>
    </section>
  )
}
