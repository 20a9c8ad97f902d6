import { leeway } from '../../inspector/claims.js'
import { valueIn } from '../../inspector/json-members.js'
import type { Judgement } from '../../inspector/judge.js'
import { say } from '../say.js'
import { clockTime, exactTime } from './times.js'
import type { Inspection, Jwt } from './use-inspection.js'
import { reasonInWords } from './words.js'

interface VerdictProps {
  readonly token: Jwt
  readonly inspection: Inspection | undefined
}

/** Whether an API would take it, and if not, why, and what to do. */
export function Verdict({ token, inspection }: VerdictProps) {
  const verdict = inspection?.judgement.verdict
  return (
    <section className={`verdict ${verdict ?? 'pending'}`}>
      <div role="status">
        <h2>{say(verdict === undefined ? 'working' : titles[verdict])}</h2>
      </div>
      {inspection !== undefined && <Grounds token={token} inspection={inspection} />}
    </section>
  )
}

const titles = {
  accepted: 'inspectAccepted',
  refused: 'inspectRefused',
  unknown: 'inspectUnknown',
} as const

interface GroundsProps {
  readonly token: Jwt
  readonly inspection: Inspection
}

function Grounds({ token, inspection }: GroundsProps) {
  const { judgement, now } = inspection
  const why = judgement.verdict === 'accepted' ? [] : [...judgement.reasons, ...judgement.doubts]
  const more = [answerTo(token, judgement), ...notes(token, inspection)].filter(
    (note) => note !== undefined,
  )
  return (
    <>
      {why.length > 0 && (
        <ul>
          {why.map((reason) => (
            <li key={JSON.stringify(reason)}>{reasonInWords(reason, now / 1000)}</li>
          ))}
        </ul>
      )}
      {more.map((note) => (
        <p key={note}>{note}</p>
      ))}
    </>
  )
}

/** What an API answers to whoever comes with it. */
function answerTo(token: Jwt, { verdict, reasons }: Judgement): string | undefined {
  if (verdict === 'unknown') return undefined
  if (verdict === 'refused') {
    const isChange = reasons.every(({ code }) => code === 'changed')
    return say(isChange ? 'inspectAnswerChanged' : 'inspectAnswerInvalid')
  }
  const scope = token.kind === 'signed' ? valueIn(token.claims, 'scope') : undefined
  const scopes = typeof scope === 'string' ? scope : ''
  return scopes === '' ? say('inspectOpensLittle') : say('inspectOpens', { scopes })
}

/** What else is worth knowing. */
function notes(token: Jwt, inspection: Inspection): (string | undefined)[] {
  const { judgement, now, listReadAt, isClockWrong } = inspection
  const { isAmongOthers, wasBroken, hasRefreshToken } = token.found
  const { verdict, reasons } = judgement
  const exp = token.kind === 'signed' ? valueIn(token.claims, 'exp') : undefined
  const isInLeeway = verdict === 'accepted' && typeof exp === 'number' && exp <= now / 1000
  const isMarked = reasons.some(({ code }) => code === 'revoked' || code === 'changed')
  return [
    isInLeeway ? say('inspectInLeeway', { seconds: leeway }) : undefined,
    listReadAt === undefined
      ? undefined
      : say(isMarked ? 'inspectListRead' : 'inspectNotRevoked', { time: clockTime(listReadAt) }),
    isAmongOthers ? say('inspectBesides') : undefined,
    wasBroken ? say('inspectWasBroken') : undefined,
    hasRefreshToken ? say('inspectHasRefresh') : undefined,
    isClockWrong ? say('inspectClockAhead', { time: exactTime(now / 1000) }) : undefined,
  ]
}
