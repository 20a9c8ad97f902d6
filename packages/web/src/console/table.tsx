import type { ReactNode } from 'react'

interface TableProps {
  /** What it is a table of, for those who listen. */
  readonly label: string
  readonly columns: readonly string[]
  /** Rows of cells. */
  readonly children: ReactNode
}

/** A table that is scrolled by itself where it is too wide, by the keyboard too. */
export function Table({ label, columns, children }: TableProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached (WCAG 2.1.1)
    <section className="scrolled" aria-label={label} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  )
}
