/** What many ask for at the same time, put to the database together. */

/**
 * Puts what has come as one round, and gathers what comes while the rounds before are away. An ask
 * never joins a round that has begun: its answer is as fresh as if it had been asked alone.
 */
export class Gathered<Ask, Answer> {
  readonly #put: (asks: readonly Ask[]) => Promise<readonly Answer[]>
  readonly #waiting: Waiting<Ask, Answer>[] = []
  #away = 0

  /** @param put answers each ask, in their order */
  constructor(put: (asks: readonly Ask[]) => Promise<readonly Answer[]>) {
    this.#put = put
  }

  /** @throws what its round throws: all of a round fail together */
  ask(ask: Ask): Promise<Answer> {
    return new Promise((answer, fail) => {
      this.#waiting.push({ ask, answer, fail })
      if (this.#waiting.length === 1) setImmediate(() => this.#begin())
    })
  }

  #begin(): void {
    if (this.#away === ROUNDS || this.#waiting.length === 0) return
    const round = this.#waiting.splice(0, AT_ONCE)
    this.#away += 1
    this.#put(round.map(({ ask }) => ask))
      .then(
        (answers) => answerEach(round, answers),
        (reason: unknown) => {
          for (const { fail } of round) fail(reason)
        },
      )
      .finally(() => {
        this.#away -= 1
        this.#begin()
      })
    this.#begin()
  }
}

interface Waiting<Ask, Answer> {
  ask: Ask
  answer(answer: Answer): void
  fail(reason: unknown): void
}

/** Away at the same time: a slow one does not hold up all that comes after it. */
const ROUNDS = 2
const AT_ONCE = 64

function answerEach<Ask, Answer>(
  round: readonly Waiting<Ask, Answer>[],
  answers: readonly Answer[],
): void {
  answers.forEach((answer, index) => {
    round[index]?.answer(answer)
  })
}
