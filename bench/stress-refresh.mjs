// Fires many refreshes of one token at the same instant, round after round, and says what became of
// the session. For any server with the password and refresh_token grants; it talks to that server
// alone, follows no redirect, and ends by itself. Use a test account: a server that takes such a
// race for theft signs the user out.
import { Agent as HttpAgent, request as httpRequest } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { parseArgs } from 'node:util'

const usage = `node bench/stress-refresh.mjs --url http://127.0.0.1:8000 --username NAME --password PASSWORD
  --path PATH           the token endpoint (/oauth/token)
  --client-id ID        none: a request without a client
  --client-secret TEXT  sent in the body
  --callers N           how many at once (50)
  --rounds N            how many times (200)`

const timeout = 10_000

const options = readOptions()
if (options === undefined) {
  console.error(usage)
  process.exitCode = 2
} else {
  process.exitCode = await stress(options).catch((error) => {
    console.error(error.message)
    return 1
  })
}

function readOptions() {
  const text = { type: 'string' }
  try {
    const { values } = parseArgs({
      options: {
        url: text,
        username: text,
        password: text,
        path: { ...text, default: '/oauth/token' },
        'client-id': text,
        'client-secret': text,
        callers: { ...text, default: '50' },
        rounds: { ...text, default: '200' },
      },
    })
    const { username, password } = values
    const endpoint = new URL(values.path, values.url)
    const [callers, rounds] = [values.callers, values.rounds].map(Number)
    const known = endpoint.protocol === 'http:' || endpoint.protocol === 'https:'
    const counted = [callers, rounds].every((count) => Number.isInteger(count) && count > 0)
    if (!known || !counted || username === undefined || password === undefined) return undefined
    const client = {
      ...(values['client-id'] !== undefined && { client_id: values['client-id'] }),
      ...(values['client-secret'] !== undefined && { client_secret: values['client-secret'] }),
    }
    return { endpoint, username, password, client, callers, rounds }
  } catch {
    return undefined
  }
}

/** @returns the exit status: 0 where no session forked and none was lost */
async function stress({ endpoint, username, password, client, callers, rounds }) {
  const ask = asker(endpoint, callers)
  const signIn = async () => {
    const answer = await ask({ grant_type: 'password', username, password, ...client })
    if (answer.token === undefined) throw new Error(`No refresh token at sign-in: ${answer.status}`)
    return answer.token
  }
  const refresh = (token) => ask({ grant_type: 'refresh_token', refresh_token: token, ...client })
  const found = { rotations: 0, forks: 0, signOuts: 0, statuses: new Map(), times: [] }
  try {
    let token = await signIn()
    for (let round = 1; round <= rounds; round++) {
      const answers = await Promise.all(Array.from({ length: callers }, () => refresh(token)))
      const successors = note(found, token, answers)
      // Whether the session has outlived the round shows when its newest token is used.
      const proof = await refresh(successors.at(-1) ?? token)
      if (proof.token === undefined) found.signOuts += 1
      token = proof.token ?? (await signIn())
      if (process.stderr.isTTY) process.stderr.write(`\rround ${round} of ${rounds} `)
    }
  } finally {
    ask.close()
    if (process.stderr.isTTY) process.stderr.write('\r')
  }
  report(found, callers, rounds)
  return found.forks === 0 && found.signOuts === 0 ? 0 : 1
}

/** @returns the different tokens that a round was answered with */
function note(found, token, answers) {
  const given = answers.map((answer) => answer.token).filter((one) => one !== undefined)
  const successors = [...new Set(given)].filter((one) => one !== token)
  if (successors.length > 0) found.rotations += 1
  if (successors.length > 1) found.forks += 1
  for (const { status, milliseconds } of answers) {
    found.statuses.set(status, (found.statuses.get(status) ?? 0) + 1)
    found.times.push(milliseconds)
  }
  return successors
}

function report({ rotations, forks, signOuts, statuses, times }, callers, rounds) {
  const sorted = times.sort((a, b) => a - b)
  const at = (share) => sorted[Math.floor((sorted.length - 1) * share)].toFixed(1)
  console.log(`rounds      ${rounds}, each of ${callers} refreshes of one token at once`)
  console.log(`rotations   ${rotations}`)
  console.log(`forks       ${forks} (rounds that gave different tokens)`)
  console.log(`sign-outs   ${signOuts} (rounds after which no token was good)`)
  for (const [status, count] of statuses) console.log(`status ${status}  ${count}`)
  console.log(`latency     p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms`)
}

/** Posts forms over connections that are kept; where there is no answer, the fault stands for its status. */
function asker(endpoint, callers) {
  const secure = endpoint.protocol === 'https:'
  const request = secure ? httpsRequest : httpRequest
  const agent = new (secure ? HttpsAgent : HttpAgent)({ keepAlive: true, maxSockets: callers })
  const ask = (fields) =>
    new Promise((resolve) => {
      const body = new URLSearchParams(fields).toString()
      const headers = {
        'content-type': 'application/x-www-form-urlencoded',
        'content-length': Buffer.byteLength(body),
      }
      const began = performance.now()
      const answered = (status, token) =>
        resolve({ status, token, milliseconds: performance.now() - began })
      const sent = request(endpoint, { method: 'POST', agent, headers, timeout }, (response) => {
        readBody(response).then(
          (text) => answered(response.statusCode, refreshTokenIn(text)),
          (error) => answered(error.code ?? error.message),
        )
      })
      sent.once('timeout', () => sent.destroy(new Error(`No answer within ${timeout} ms`)))
      sent.once('error', (error) => answered(error.code ?? error.message))
      sent.end(body)
    })
  return Object.assign(ask, { close: () => agent.destroy() })
}

async function readBody(response) {
  let text = ''
  for await (const chunk of response.setEncoding('utf8')) text += chunk
  return text
}

function refreshTokenIn(text) {
  try {
    const { refresh_token: token } = JSON.parse(text)
    return typeof token === 'string' ? token : undefined
  } catch {
    return undefined
  }
}
