import { createElement } from 'react'
import { renderToString } from 'react-dom/server'
import { expect, it } from 'vitest'
import { createClient } from './client.js'
import { useSession } from './react.js'

it('knows nobody where a server renders', () => {
  const client = createClient({ url: 'https://auth.example.com' })
  const Page = () => createElement('p', null, JSON.stringify(useSession(client)))
  expect(renderToString(createElement(Page))).toBe('<p>{&quot;isReady&quot;:false}</p>')
})
