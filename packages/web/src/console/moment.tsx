import { asTime } from '../texts/texts.js'

/** A time in the reader's language, with the exact one for whoever points at it. */
export function Moment({ time }: { readonly time: string }) {
  return (
    <time dateTime={time} title={time}>
      {asTime(time)}
    </time>
  )
}
