import { type ReactNode, useEffect, useId, useRef } from 'react'
import { say } from '../texts/texts.js'

interface DialogProps {
  readonly title: string
  readonly onClose: () => void
  readonly children: ReactNode
}

/** Asks before something is done. The platform's own dialog keeps the focus in it, and gives it back. */
export function Dialog({ title, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const wayOut = useRef<HTMLButtonElement>(null)
  const id = useId()
  useEffect(() => {
    const opener = document.activeElement
    dialog.current?.showModal()
    // Where nothing is to be typed, a second Enter must do no harm.
    const first = dialog.current?.querySelector('input') ?? wayOut.current
    first?.focus()
    return () => {
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus()
    }
  }, [])
  return (
    <dialog ref={dialog} aria-labelledby={id} onClose={onClose}>
      <article>
        <header>
          <h2 id={id}>{title}</h2>
        </header>
        {children}
        <footer>
          <button ref={wayOut} type="button" className="secondary outline" onClick={onClose}>
            {say('cancel')}
          </button>
        </footer>
      </article>
    </dialog>
  )
}
