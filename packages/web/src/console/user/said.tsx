import { type ReactNode, useState } from 'react'
import { Done } from '../../ui/notice.js'

/** What went well. The focus comes there, because what was pressed may be gone. */
export function useSaid(): [said: ReactNode, sayDone: (text: string) => void] {
  const [said, setSaid] = useState({ text: '', count: 0 })
  const sayDone = (text: string) => setSaid(({ count }) => ({ text, count: count + 1 }))
  return [said.count > 0 && <Done key={said.count}>{said.text}</Done>, sayDone]
}
