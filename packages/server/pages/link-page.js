// What a link leads to: asks for what is needed, and sends it with the link's token.

// After # it is sent to no server by itself, and stands in no log. Gone from the address bar, it is in
// nobody's history, and in no picture of the screen.
const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? ''
history.replaceState(null, '', location.pathname + location.search)
// Another link in the same tab changes what is after # alone.
addEventListener('hashchange', () => location.reload())

const form = document.querySelector('form')
const message = document.querySelector('#message')
const done = document.querySelector('#done')
const button = form.querySelector('button')

if (token === '') {
  giveUp(
    'The link is not whole, or this page was loaded again: open the link in your mail once more.',
  )
} else {
  form.hidden = false
  form.querySelector('input')?.focus()
}

form.addEventListener('submit', async (event) => {
  event.preventDefault()
  if (button.getAttribute('aria-disabled') === 'true') return
  button.setAttribute('aria-disabled', 'true')
  message.textContent = ''
  try {
    await send()
  } catch {
    say('The server can not be reached. Try again in a moment.')
  } finally {
    button.removeAttribute('aria-disabled')
  }
})

document.querySelector('#show')?.addEventListener('change', ({ target }) => {
  form.elements.password.type = target.checked ? 'text' : 'password'
})

async function send() {
  const { method, to, token: name } = form.dataset
  const answer = await fetch(to, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...Object.fromEntries(new FormData(form)), [name]: token }),
    credentials: 'omit',
    redirect: 'error',
  })
  if (answer.ok) {
    document.querySelector('#title').hidden = true
    form.hidden = true
    form.reset()
    done.hidden = false
    done.focus()
    return
  }
  const { detail } = await answer.json().catch(() => ({}))
  const why = typeof detail === 'string' ? detail : 'Something went wrong. Try again in a moment.'
  if (answer.status === 400) giveUp(why)
  else say(why)
}

/** What can be put right. */
function say(text) {
  message.textContent = text
  form.querySelector('input')?.focus()
}

/** What only another link can. */
function giveUp(text) {
  form.hidden = true
  message.textContent = text
}
