import { createClient } from '@latchkey/client'
import { pageSettings } from '../page-settings.js'
import { tokenlessStorage } from './tokenless-storage.js'

const { prefix, clientId } = pageSettings

/** Where the server is: wherever this page comes from. */
export const serverUrl = `${location.origin}${prefix}/`

export const client = createClient({
  url: serverUrl,
  cookie: true,
  storage: tokenlessStorage(`latchkey pages ${prefix}`),
  ...(clientId !== null && { clientId }),
})
