import type { FeedbackType, ZxcvbnFactory } from '@zxcvbn-ts/core'

/** How hard a password is to guess: 0 for the first thousand tries, 4 for beyond ten thousand million. */
export interface Strength {
  readonly score: 0 | 1 | 2 | 3 | 4
  /** Sentences for the person who chose it. */
  readonly suggestions: readonly string[]
}

/**
 * What a guesser who knows lists, names, dates and keyboards would need. Takes some 20 ms, and 300 at
 * worst: for worker threads alone.
 *
 * @param words that are known of the person and the place
 */
export async function estimateStrength(
  password: string,
  words: readonly string[],
): Promise<Strength> {
  loading ??= load()
  const estimator = await loading
  const looked = [...password].slice(0, mostLookedAt).join('')
  const { score, feedback } = estimator.check(looked, [...words])
  return { score, suggestions: sentencesOf(feedback) }
}

/** Characters. It takes much longer for each one more, and 32 that are hard to guess are enough. */
export const mostLookedAt = 32

let loading: Promise<ZxcvbnFactory> | undefined

async function load(): Promise<ZxcvbnFactory> {
  const [{ ZxcvbnFactory }, common, english] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
    import('@zxcvbn-ts/language-en'),
  ])
  return new ZxcvbnFactory({
    dictionary: { ...common.dictionary, ...english.dictionary },
    graphs: common.adjacencyGraphs,
    // A hundred, as it is by itself, take two seconds of some passwords.
    l33tMaxSubstitutions: 8,
  })
}

function sentencesOf({ warning, suggestions }: FeedbackType): string[] {
  return [warning ?? '', ...suggestions].flatMap((name) => sentences[name] ?? [])
}

/** By the estimator's names. None asks for kinds of characters (checklist G03). */
export const sentences: Readonly<Record<string, string>> = {
  straightRow: 'Keys that lie in a row are guessed early.',
  keyPattern: 'Patterns on the keyboard are guessed early.',
  simpleRepeat: 'The same character again and again adds next to nothing.',
  extendedRepeat: 'The same part again and again adds next to nothing.',
  sequences: 'Sequences such as abc or 6543 are guessed early.',
  recentYears: 'Years are guessed early.',
  dates: 'Dates are guessed early, and those of your life first.',
  topTen: 'This is among the very first that are tried.',
  topHundred: 'This is among the very first that are tried.',
  common: 'Many people use this one.',
  similarToCommon: 'Many people use one much like this.',
  wordByItself: 'One word by itself is guessed early.',
  namesByThemselves: 'Names by themselves are guessed early.',
  commonNames: 'Common names are guessed early.',
  userInputs: 'Leave out what others know of you and of this service.',
  l33t: 'Signs in place of letters, such as @ for a, hardly help.',
  reverseWords: 'A word spelled backwards is hardly harder to guess.',
  anotherWord: 'Add a word or two that are less common.',
}
