import { type ReactNode, useEffect, useRef } from 'react'
import { pageSettings } from '../page-settings.js'

interface PageProps {
  readonly title: string
  readonly children: ReactNode
}

/** One page: its title in the tab and as the heading, to which a screen reader is taken when it appears. */
export function Page({ title, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = `${title} · ${pageSettings.brand.name}`
    // The first page of a visit is read from its top by itself.
    if (hasShown) heading.current?.focus()
    hasShown = true
  }, [title])
  return (
    <main id="content">
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {children}
    </main>
  )
}

let hasShown = false
