import { describe, expect, it } from 'vitest'
import { Gathered } from './gathered.js'

/** Rounds that are answered when the test says so. */
function held() {
  const rounds: { asks: readonly number[]; answer(): void; fail(reason: Error): void }[] = []
  const gathered = new Gathered<number, string>((asks) => {
    return new Promise((resolve, reject) => {
      const answer = () => resolve(asks.map((ask) => `answer ${ask}`))
      rounds.push({ asks, answer, fail: reject })
    })
  })
  return { gathered, rounds, asked: () => rounds.map(({ asks }) => asks) }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('what many ask for at the same time', () => {
  it('is put together, and each has the answer to its own', async () => {
    const { gathered, rounds, asked } = held()
    const answers = [1, 2, 3].map((ask) => gathered.ask(ask))
    await turn()
    expect(asked()).toEqual([[1, 2, 3]])
    rounds[0]?.answer()
    expect(await Promise.all(answers)).toEqual(['answer 1', 'answer 2', 'answer 3'])
  })

  it('never joins a round that has begun, and waits while two are away', async () => {
    const { gathered, rounds, asked } = held()
    const answers: Promise<string>[] = []
    for (const ask of [1, 2, 3, 4]) {
      answers.push(gathered.ask(ask))
      await turn()
    }
    expect(asked()).toEqual([[1], [2]])
    rounds[1]?.answer()
    expect(await answers[1]).toBe('answer 2')
    await turn()
    expect(asked()).toEqual([[1], [2], [3, 4]])
    for (const { answer } of rounds) answer()
    expect(await Promise.all(answers)).toEqual([1, 2, 3, 4].map((ask) => `answer ${ask}`))
  })

  it('fails together with its round, and with no other', async () => {
    const { gathered, rounds } = held()
    const first = Promise.allSettled([gathered.ask(1), gathered.ask(2)])
    await turn()
    const second = gathered.ask(3)
    await turn()
    rounds[0]?.fail(new Error('gone'))
    expect((await first).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    rounds[1]?.answer()
    expect(await second).toBe('answer 3')
  })
})
