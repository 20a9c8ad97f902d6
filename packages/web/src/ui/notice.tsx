import { type ReactNode, useEffect, useRef } from 'react'

/** What went wrong; read out at once. It is there all the time, because only a change is read out. */
export function Fault({ id, children }: { readonly id?: string; readonly children?: ReactNode }) {
  return (
    <div role="alert" id={id}>
      {children && <p className="notice fault">{children}</p>}
    </div>
  )
}

/** What went well; read out when nothing else is. */
export function Success({ children }: { readonly children?: ReactNode }) {
  return <div role="status">{children && <p className="notice success">{children}</p>}</div>
}

/** The same where what was pressed is gone: the focus comes here, in place of getting lost. */
export function Done({ children }: { readonly children: ReactNode }) {
  const notice = useRef<HTMLParagraphElement>(null)
  useEffect(() => notice.current?.focus(), [])
  return (
    <p ref={notice} tabIndex={-1} className="notice success">
      {children}
    </p>
  )
}
