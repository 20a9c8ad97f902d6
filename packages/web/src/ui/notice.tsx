import type { ReactNode } from 'react'

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
