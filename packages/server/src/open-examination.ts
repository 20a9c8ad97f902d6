import { availableParallelism } from 'node:os'
import { attempt } from './attempt.js'
import type { Latchkey } from './latchkey.js'
import type { Check } from './store/database.js'

/** What an open Latchkey shows of itself, for `latchkey doctor` and for admins: none of it reads much. */
export async function examineOpen(latchkey: Latchkey): Promise<Check[]> {
  return [
    await examineKeys(latchkey),
    ...(await examineSecretChange(latchkey)),
    ...(await examineSharedSecret(latchkey)),
    await examineHashing(latchkey),
    ...(await examineClients(latchkey)),
  ]
}

async function examineKeys({ keys, settings }: Latchkey): Promise<Check> {
  const check = 'signing keys'
  if (settings.signingAlgorithm === 'HS256') {
    return { check, verdict: 'holds', detail: 'none needed: the secret for HS256 signs' }
  }
  await keys.loadPublic()
  const count = keys.ring.keys.length
  if (count === 0) return { check, verdict: 'holds', detail: 'none yet; made at the first start' }
  const loaded = await attempt(check, () => keys.load())
  return loaded ?? { check, verdict: 'holds', detail: `${count}, opened by the master secret` }
}

/** Whether the previous master secret is needed still. */
async function examineSecretChange({ settings, keyRotation }: Latchkey): Promise<Check[]> {
  if (settings.secretKeyPrevious === undefined) return []
  const check = 'master secret'
  const counts = await attempt(check, () => keyRotation.countUnderPrevious())
  if ('check' in counts) return [counts]
  const { keys, mails } = counts
  const what =
    keys === 0
      ? mails === 0
        ? undefined
        : 'mails are'
      : keys === 1
        ? '1 key is'
        : `${keys} keys are`
  return [
    what === undefined
      ? {
          check,
          verdict: 'warns',
          detail: 'all keys are under the present one',
          remedy: 'LATCHKEY_SECRET_KEY_PREVIOUS can be removed',
        }
      : {
          check,
          verdict: 'warns',
          detail: `${what} still under the previous one`,
          remedy: 'a start of the server brings them under LATCHKEY_SECRET_KEY',
        },
  ]
}

/** Whether somebody can hold tokens still that the shared secret of before has signed. */
async function examineSharedSecret({ keys }: Latchkey): Promise<Check[]> {
  if (!keys.followsSecret) return []
  const check = 'shared secret'
  const unread = await attempt(check, () => keys.loadPublic())
  if (unread !== undefined) return [unread]
  const { ring, now, tokenLife } = keys
  const [first] = ring.keys.filter(({ state }) => state !== 'retired')
  const end = first && first.row.signs_from + tokenLife
  const detail =
    end === undefined
      ? 'it signs until the server has started, and made the first key'
      : now < end
        ? `its last tokens are over at ${new Date(end).toISOString()}; whoever has it can make some until it is removed`
        : 'its tokens are over'
  const isOver = end !== undefined && now >= end
  const remedy = `LATCHKEY_HS256_SECRET_PREVIOUS can be removed${isOver ? '' : ' then'}`
  return [{ check, verdict: 'warns', detail, remedy }]
}

/** Each app that asks for passwords is one more place where they can be lost */
async function examineClients({ clientRegistry }: Latchkey): Promise<Check[]> {
  const check = 'clients'
  const page = await attempt(check, () => clientRegistry.list({ limit: 200 }))
  if ('verdict' in page) return [page]
  const asking = page.rows.filter(
    ({ grants, state }) => grants.split(' ').includes('password') && state === 'enabled',
  )
  if (asking.length < manyClients) return []
  const detail = `${asking.length} clients may ask users for their passwords (\`latchkey client list\`)`
  const remedy = 'leave the password grant to your own apps'
  return [{ check, verdict: 'advises', detail, remedy }]
}

const manyClients = 5

async function examineHashing({ passwords, hashPool }: Latchkey): Promise<Check> {
  const check = 'password hashing'
  // One that has to wait says nothing of what it costs, and whoever signs in would wait for it.
  const { waiting } = hashPool
  if (waiting > 0) {
    return { check, verdict: 'holds', detail: `busy: ${waiting} wait, so none was timed` }
  }
  const verdict = await attempt(check, async () => {
    const hash = await passwords.hash(check)
    const began = performance.now()
    // The first has started a thread.
    const { matches } = await passwords.verify(hash, check)
    return { matches, milliseconds: performance.now() - began }
  })
  if ('check' in verdict) return verdict
  if (!verdict.matches) return { check, verdict: 'fails', detail: 'a new hash does not verify' }
  return judgeHashTime(verdict.milliseconds, availableParallelism())
}

/** @param milliseconds that one hash took, on one of so many cores */
export function judgeHashTime(milliseconds: number, cores: number): Check {
  const check = 'password hashing'
  const perSecond = (1000 / milliseconds) * cores
  const rate = perSecond < 10 ? perSecond.toFixed(1) : perSecond.toFixed(0)
  const detail = `a new hash verifies; one took ${milliseconds.toFixed(0)} ms, so about ${rate} people a second can sign in on ${cores} core${cores === 1 ? '' : 's'}`
  if (milliseconds < slowHash) return { check, verdict: 'holds', detail }
  const remedy =
    'lower the costs in LATCHKEY_PASSWORD_HASH, or give the server more of the processor'
  return { check, verdict: 'warns', detail, remedy }
}

/** Milliseconds: a second is what people wait for a sign-in without noticing much. */
const slowHash = 1_000
