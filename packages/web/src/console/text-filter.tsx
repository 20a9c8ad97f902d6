import { useEffect, useId, useRef, useState } from 'react'

interface TextFilterProps {
  readonly label: string
  /** As the address has it. */
  readonly value: string
  readonly onChange: (value: string) => void
  readonly hint?: string | undefined
}

/** What is typed to filter by, once nobody has typed for a moment. */
export function TextFilter({ label, value, onChange, hint }: TextFilterProps) {
  const id = useId()
  const [text, setText] = useState(value)
  const sent = useRef(value)
  const change = useRef(onChange)
  change.current = onChange
  useEffect(() => {
    // The address was changed by somebody else, such as by going back.
    if (value === sent.current) return
    sent.current = value
    setText(value)
  }, [value])
  useEffect(() => {
    if (text === sent.current) return
    const timer = setTimeout(() => {
      sent.current = text
      change.current(text)
    }, pause)
    return () => clearTimeout(timer)
  }, [text])
  return (
    <div>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="search"
        value={text}
        maxLength={256}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        onInput={(event) => setText(event.currentTarget.value)}
        {...(hint !== undefined && { 'aria-describedby': `${id}-hint` })}
      />
      {hint !== undefined && <small id={`${id}-hint`}>{hint}</small>}
    </div>
  )
}

/** Milliseconds. */
const pause = 300
