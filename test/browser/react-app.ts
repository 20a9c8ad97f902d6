// An app in React, for the browser: who is signed in, and when that was known.
import { createClient } from '@latchkey/client'
import { useSession } from '@latchkey/client/react'
import { createElement } from 'react'
import { createRoot } from 'react-dom/client'

globalThis.auth = createClient({ url: location.origin })
const seen: string[] = []
globalThis.seen = seen

function App() {
  const { user, isReady } = useSession(globalThis.auth)
  const text = isReady ? (user?.username ?? 'nobody') : 'not known yet'
  if (seen.at(-1) !== text) seen.push(text)
  return createElement('p', null, text)
}

createRoot(document.body).render(createElement(App))
