import { useEffect, useId, useState } from 'react'
import { type Rating, ratePassword } from '../api/visitors.js'
import { pageSettings } from '../page-settings.js'
import { say, type TextName, translated } from '../texts/texts.js'
import { PasswordField } from './field.js'

interface NewPasswordFieldProps {
  readonly name: string
  readonly label: string
  readonly fault: string | undefined
  /** Of whoever chooses it: what is easily guessed of them. */
  readonly username?: string | undefined
  readonly email?: string | undefined
}

/** A password being chosen, with how hard it is to guess, and what would make it harder. */
export function NewPasswordField({ name, label, fault, username, email }: NewPasswordFieldProps) {
  const [password, setPassword] = useState('')
  const rating = useRating(password, username, email)
  return (
    <PasswordField
      name={name}
      label={label}
      autoComplete="new-password"
      fault={fault}
      hint={say('strengthAtLeast', { count: pageSettings.passwordMinLength })}
      onInput={setPassword}
      required
    >
      <Strength rating={rating} />
    </PasswordField>
  )
}

/** It takes its place before anything is typed, so that nothing jumps. */
function Strength({ rating }: { readonly rating: Rating | undefined }) {
  const id = useId()
  const { score = 0, acceptable = true, reason = null, suggestions = [] } = rating ?? {}
  const advice = [...(reason === null ? [] : [reason]), ...suggestions].map(translated)
  return (
    <div className="strength">
      <span id={id} className="visually-hidden">
        {say('strength')}
      </span>
      <meter
        aria-labelledby={id}
        min={0}
        max={4}
        low={2}
        high={3}
        optimum={4}
        value={acceptable ? score : Math.min(score, 1)}
      />
      <div aria-live="polite">
        {rating && acceptable && <strong>{say(names[score])}</strong>}
        {advice.length > 0 && (
          <ul>
            {advice.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        )}
      </div>
    </div>
  )
}

const names = [
  'strength0',
  'strength1',
  'strength2',
  'strength3',
  'strength4',
] as const satisfies TextName[]

/** What the server says of a password once nobody has typed for a moment. Without an answer the form does as well. */
function useRating(
  password: string,
  username: string | undefined,
  email: string | undefined,
): Rating | undefined {
  const [rating, setRating] = useState<Rating>()
  useEffect(() => {
    if (password === '') return setRating(undefined)
    const stopped = new AbortController()
    const question = { password, ...(username && { username }), ...(email && { email }) }
    const timer = setTimeout(() => {
      ratePassword(question, stopped.signal).then(setRating, () => {
        // The last one was of another password.
        if (!stopped.signal.aborted) setRating(undefined)
      })
    }, pause)
    return () => {
      clearTimeout(timer)
      stopped.abort()
    }
  }, [password, username, email])
  return rating
}

/** Milliseconds. */
const pause = 300
