import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'

/** @throws AssertionError where a node does not do what is printed */
export async function tour({ nodes }) {
  const [one, two, three] = nodes.map(({ url }) => url)
  const first = await tokens(one, { username: 'testuser', password: 'password123' })
  console.log('signed in on node 1')
  const second = await tokens(two, refreshOf(first))
  console.log('refreshed on node 2')
  assert.equal(await statusOf(one, '/items/', second.access_token), 200)
  const { status } = await post(three, '/revoke', { token: second.refresh_token })
  assert.equal(status, 200)
  console.log('signed out on node 3')
  assert.equal(await statusOf(one, '/users/me', second.access_token), 401)
  console.log('refused on node 1, at once where the session is read')
  const start = performance.now()
  await until(async () => (await statusOf(one, '/items/', second.access_token)) === 401)
  console.log(`refused on node 1 where nothing is read, ${since(start)} ms later`)
}

/** Ends the primary while a user refreshes and another is verified, and promotes the standby. */
export async function failOver(cluster) {
  cluster.requireStandby()
  const [one, two] = cluster.nodes.map(({ url }) => url)
  let user = await tokens(one, { username: 'testuser', password: 'password123' })
  const verified = verifyMeanwhile(two, user.access_token)
  try {
    for (let count = 0; count < 50; count++) user = await tokens(one, refreshOf(user))
    const lastWrite = performance.now()
    await cluster.killPrimary()
    console.log('the primary is killed')
    const promoted = cluster.promote()
    await until(async () => {
      const { status, body } = await post(one, '/oauth/token', refreshOf(user))
      assert.ok(status === 200 || status === 503, `a refresh was answered ${status}`)
      if (status === 200) user = body
      return status === 200
    })
    console.log(`failed over: nothing was written for ${since(lastWrite)} ms`)
    await promoted
  } finally {
    await verified.stop()
  }
  console.log(`verified ${verified.asked} times meanwhile, ${verified.failed} failed`)
  assert.equal(verified.failed, 0)
}

/** Until it is stopped. */
function verifyMeanwhile(url, token) {
  let over = false
  const counted = { asked: 0, failed: 0 }
  const asking = (async () => {
    while (!over) {
      counted.asked += 1
      if ((await statusOf(url, '/items/', token)) !== 200) counted.failed += 1
      await pause(5)
    }
  })()
  counted.stop = () => {
    over = true
    return asking
  }
  return counted
}

const refreshOf = (user) => ({ grant_type: 'refresh_token', refresh_token: user.refresh_token })

async function tokens(url, fields) {
  const { status, body } = await post(url, '/oauth/token', { grant_type: 'password', ...fields })
  assert.equal(status, 200, JSON.stringify(body))
  return body
}

async function post(url, path, fields) {
  const answer = await fetch(url + path, { method: 'POST', body: new URLSearchParams(fields) })
  const text = await answer.text()
  return { status: answer.status, body: text === '' ? {} : JSON.parse(text) }
}

async function statusOf(url, path, token) {
  const answer = await fetch(url + path, { headers: { authorization: `Bearer ${token}` } })
  await answer.arrayBuffer()
  return answer.status
}

async function until(holds) {
  const limit = performance.now() + 60_000
  while (!(await holds())) {
    assert.ok(performance.now() < limit, 'it did not come true within a minute')
    await pause(10)
  }
}

const since = (start) => Math.round(performance.now() - start)
