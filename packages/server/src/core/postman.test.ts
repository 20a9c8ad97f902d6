import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Store } from '../store/open.js'
import type { Instant, MailRow } from '../store/schema.js'
import type { Letters } from './letters.js'
import { Measures } from './measures/measures.js'
import { Postman } from './postman.js'

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

/** A postman with so many mails before him, and a mail server that takes all at once. */
function postman(waiting: number, isBusy: () => boolean) {
  const queue = Array.from({ length: waiting }, (_, number) => mail(String(number)))
  const sent: string[] = []
  const mails: Pick<Store['mails'], 'hasDue' | 'take' | 'settle'> = {
    hasDue: async () => queue.length > 0,
    take: async (_at, _heldUntil, limit) => queue.splice(0, limit),
    settle: async () => {},
  }
  const letters: Pick<Letters, 'of'> = {
    of: ({ id, address: to }) => ({ id, to, subject: '', text: '', html: '' }),
  }
  const silent = () => {}
  const postman = new Postman({
    store: { mails } as Store,
    letters: letters as Letters,
    transport: {
      send: async ({ id }) => {
        sent.push(id)
        return { outcome: 'accepted' }
      },
      verify: async () => {},
      close: silent,
    },
    hint: undefined,
    isBusy,
    clock: () => 0 as Instant,
    log: { debug: silent, info: silent, warn: silent, error: silent },
    measures: new Measures(),
  })
  return { postman, sent }
}

function mail(id: string): MailRow {
  const due_at = 0 as Instant
  return {
    id,
    kind: 'address_known',
    user_id: null,
    address: 'alice@example.com',
    wrapped_values: '',
    state: 'queued',
    attempts: 0,
    created_at: due_at,
    due_at,
    sent_at: null,
    fault: null,
  }
}

describe('many mails', () => {
  it('go out in lots, with rests between them', async () => {
    const { postman: his, sent } = postman(10_000, () => false)
    his.start()
    his.expect()
    await vi.advanceTimersByTimeAsync(100)
    expect(sent).toHaveLength(20)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(sent).toHaveLength(100)
  })

  it('give way to people who wait to be signed in, but not for ever', async () => {
    let isBusy = true
    const { postman: his, sent } = postman(10_000, () => isBusy)
    his.start()
    his.expect()
    await vi.advanceTimersByTimeAsync(100)
    expect(sent).toHaveLength(20)
    await vi.advanceTimersByTimeAsync(1_500)
    expect(sent).toHaveLength(20)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(sent.length).toBeGreaterThanOrEqual(600)
    expect(sent.length).toBeLessThanOrEqual(800)
    isBusy = false
    const before = sent.length
    await vi.advanceTimersByTimeAsync(1_250)
    expect(sent.length - before).toBeGreaterThanOrEqual(100)
  })

  it('give way to nobody where all are to be sent now', async () => {
    const { postman: his, sent } = postman(100, () => true)
    await his.run()
    expect(sent).toHaveLength(100)
  })
})
