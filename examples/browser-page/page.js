import { createClient } from '@latchkey/client'
import { issuer } from '/settings.js'

const auth = createClient({ url: issuer })
const element = (id) => document.getElementById(id)

auth.onChange(({ user }) => {
  element('sign-in').hidden = user !== undefined
  element('signed-in').hidden = user === undefined
  element('username').textContent = user?.username ?? ''
  element('record').textContent = ''
})

element('sign-in').addEventListener('submit', (event) => {
  event.preventDefault()
  const form = event.target
  const { username, password } = Object.fromEntries(new FormData(form))
  show(async () => {
    await auth.login({ username, password })
    form.reset()
  })
})

element('load').addEventListener('click', () =>
  show(async () => {
    const response = await auth.fetch(`${issuer}/users/me`)
    element('record').textContent = await response.text()
  }),
)

element('sign-out').addEventListener('click', () => show(() => auth.logout()))

/** What goes wrong, the client says in a sentence. */
async function show(action) {
  element('message').textContent = ''
  try {
    await action()
  } catch (error) {
    element('message').textContent = error.message
  }
}
