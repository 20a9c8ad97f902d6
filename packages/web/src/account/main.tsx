import { createRoot } from 'react-dom/client'
import { Router } from 'wouter'
import { pageSettings } from '../page-settings.js'
import { Broken } from '../ui/broken.js'
import './link-token.js'
import { App } from './app.js'

const root = document.getElementById('app')
if (root !== null) {
  createRoot(root).render(
    <Broken>
      <Router base={`${pageSettings.prefix}/account`}>
        <App />
      </Router>
    </Broken>,
  )
}
