import type { ReactNode } from 'react'
import { say } from '../texts/texts.js'

interface SubmitButtonProps {
  readonly isPending: boolean
  readonly className?: string
  readonly children: ReactNode
}

/** Not `disabled` while it works: that would take the focus away from whoever pressed it. */
export function SubmitButton({ isPending, className, children }: SubmitButtonProps) {
  return (
    <button
      type="submit"
      aria-disabled={isPending}
      {...(className !== undefined && { className })}
      {...(isPending && { 'aria-busy': true })}
    >
      {isPending ? say('working') : children}
    </button>
  )
}
