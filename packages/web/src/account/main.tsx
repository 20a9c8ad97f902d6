import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createRoot } from 'react-dom/client'
import { Router } from 'wouter'
import { Problem } from '../api/problem.js'
import { pageSettings } from '../page-settings.js'
import './link-token.js'
import { App } from './app.js'
import { Broken } from './broken.js'

const queryClient = new QueryClient({
  defaultOptions: {
    // What the server answers to a question it does again; a lost connection or a busy server may pass.
    queries: { retry: (count, error) => count < 2 && mayPass(error), networkMode: 'always' },
    mutations: { retry: false, networkMode: 'always' },
  },
})

function mayPass(error: unknown): boolean {
  return error instanceof Problem ? error.status === 503 : error instanceof TypeError
}

const root = document.getElementById('app')
if (root !== null) {
  createRoot(root).render(
    <Broken>
      <QueryClientProvider client={queryClient}>
        <Router base={`${pageSettings.prefix}/account`}>
          <App />
        </Router>
      </QueryClientProvider>
    </Broken>,
  )
}
