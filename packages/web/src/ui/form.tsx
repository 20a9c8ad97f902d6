import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import { inWords } from '../texts/faults.js'
import { say } from '../texts/texts.js'
import { Fault } from './notice.js'
import { SubmitButton } from './submit-button.js'

/** What was typed, by the fields' names. */
export type Values = Readonly<Record<string, string>>

/** By the fields' names, what is wrong; the form is sent when nothing is. */
export type Faults = Readonly<Record<string, string | undefined>>

interface FormProps {
  readonly submit: string
  readonly className?: string
  /** Whether typing begins here when the page has appeared. */
  readonly isFirst?: boolean
  /** Fields that must not be empty. */
  readonly required: readonly string[]
  readonly check?: (values: Values) => Faults
  readonly send: (values: Values) => Promise<void>
  /** In other words than usual, where this form knows better. */
  readonly explain?: (error: unknown) => string
  /** The fields; none where the button says it all. */
  readonly children?: (faults: Faults) => ReactNode
}

/**
 * Takes what was typed, says what is wrong with it, and sends it, once however often the button is pressed. What
 * was typed stays when something goes wrong.
 */
export function Form(props: FormProps) {
  const { submit, className, isFirst = false, required, check, send, explain, children } = props
  const form = useRef<HTMLFormElement>(null)
  const isSending = useRef(false)
  const [isPending, setPending] = useState(false)
  const [faults, setFaults] = useState<Faults>({})
  const [fault, setFault] = useState<string>()

  useEffect(() => {
    if (isFirst) form.current?.querySelector('input')?.focus()
  }, [isFirst])

  const onSubmit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (isSending.current) return
    const values = valuesOf(event.currentTarget)
    const found = { ...missing(values, required), ...check?.(values) }
    setFaults(found)
    setFault(undefined)
    if (Object.values(found).some(Boolean)) return focusFirst(event.currentTarget, found)
    isSending.current = true
    setPending(true)
    try {
      await send(values)
    } catch (error) {
      setFault((explain ?? inWords)(error))
    } finally {
      isSending.current = false
      setPending(false)
    }
  }

  return (
    <form ref={form} noValidate onSubmit={onSubmit}>
      {children?.(faults)}
      <Fault>{fault}</Fault>
      <SubmitButton isPending={isPending} {...(className !== undefined && { className })}>
        {submit}
      </SubmitButton>
    </form>
  )
}

/** Whether it looks like an address; what is one, the server says. */
export function addressFault(address: string | undefined): string | undefined {
  return !address || /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(address) ? undefined : say('notAnAddress')
}

function valuesOf(form: HTMLFormElement): Values {
  const values: Record<string, string> = {}
  for (const [name, value] of new FormData(form)) {
    if (typeof value === 'string') values[name] = value
  }
  return values
}

function missing(values: Values, required: readonly string[]): Faults {
  return Object.fromEntries(
    required.filter((name) => !values[name]).map((name) => [name, say('required')]),
  )
}

function focusFirst(form: HTMLFormElement, faults: Faults): void {
  const fields = [...form.elements].filter(
    (element) => element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement,
  )
  fields.find(({ name }) => faults[name])?.focus()
}
