import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { Link } from 'wouter'
import { inWords } from '../../texts/faults.js'
import { inSeconds } from '../../texts/texts.js'
import { Done, Fault } from '../../ui/notice.js'
import { usersPath } from '../api/users.js'
import { inFigures } from '../counts.js'
import { places } from '../places.js'
import { markSeen, type RunningImport, useProgressOf } from '../running-import.js'
import { say } from '../say.js'
import type { ImportProgress, Phase } from './import-job.js'
import { ImportReport } from './import-report.js'
import { startImport } from './start.js'

interface ImportStateProps {
  readonly running: RunningImport
  /** Another file is to be chosen. */
  readonly onAnother: () => void
}

/** How far an import is, and what can be done about it. */
export function ImportState({ running, onAnother }: ImportStateProps) {
  const progress = useProgressOf(running)
  const { job, isTrial } = running
  const { phase, imported } = progress
  const queries = useQueryClient()
  const hasImported = phase.name === 'ended' && !isTrial
  useEffect(() => {
    if (hasImported) void queries.invalidateQueries({ queryKey: [usersPath] })
  }, [hasImported, queries])
  const isOver = phase.name === 'ended' || phase.name === 'failed'
  useEffect(() => {
    if (isOver) markSeen()
  }, [isOver])
  return (
    <>
      <p>
        {say(whatFor(isTrial, phase.name === 'ended'))} <strong>{running.file.name}</strong>
      </p>
      <Bar running={running} progress={progress} />
      <State phase={phase} isTrial={isTrial} />
      <div className="actions">
        {(phase.name === 'running' || phase.name === 'waiting') && (
          <button type="button" className="secondary" onClick={() => job.stop()}>
            {say('stop')}
          </button>
        )}
        {mayGoOn.includes(phase.name) && (
          <button type="button" onClick={() => void job.goOn()}>
            {say(phase.name === 'waiting' ? 'tryAgain' : 'importGoOn')}
          </button>
        )}
        {phase.name === 'ended' && isTrial && imported > 0 && (
          <button type="button" onClick={() => startImport(running.file, job.pieces, false)}>
            {say('importNow', { count: inFigures(imported) })}
          </button>
        )}
        {hasImported && <Link href={places.users}>{say('importToUsers')}</Link>}
        {(isOver || mayGoOn.includes(phase.name)) && phase.name !== 'waiting' && (
          <button type="button" className="secondary outline" onClick={onAnother}>
            {say('importAnother')}
          </button>
        )}
      </div>
      <ImportReport running={running} progress={progress} />
    </>
  )
}

function whatFor(isTrial: boolean, hasEnded: boolean) {
  if (isTrial) return hasEnded ? 'importCheckedFile' : 'importChecking'
  return hasEnded ? 'importImported' : 'importImporting'
}

const mayGoOn: readonly Phase['name'][] = ['stopped', 'waiting', 'signed_out', 'no_right']

interface BarProps {
  readonly running: RunningImport
  readonly progress: ImportProgress
}

function Bar({ running: { file }, progress }: BarProps) {
  const { place, linesPerSecond, secondsLeft, phase } = progress
  const isRunning = phase.name === 'running'
  return (
    <>
      <progress aria-label={say('importProgress')} max={file.size} value={place.byte} />
      <p className="import-numbers">
        {say('importLines', { count: inFigures(place.line - 1) })}
        {isRunning && linesPerSecond !== undefined && (
          <> · {say('importSpeed', { count: inFigures(Math.round(linesPerSecond)) })}</>
        )}
        {isRunning && secondsLeft !== undefined && (
          <> · {say('importLeft', { when: inSeconds(secondsLeft) })}</>
        )}
      </p>
    </>
  )
}

function State({ phase, isTrial }: { readonly phase: Phase; readonly isTrial: boolean }) {
  if (phase.name === 'ended') return <Done>{say(isTrial ? 'importChecked' : 'importDone')}</Done>
  if (phase.name === 'failed')
    return <Fault>{say('importFailed', { why: inWords(phase.error) })}</Fault>
  if (phase.name === 'waiting')
    return <Fault>{say('importWaiting', { why: inWords(phase.error) })}</Fault>
  if (phase.name === 'running') return <p role="status">{say('workMayLeave')}</p>
  return (
    <p role="status" className="notice">
      {say(`importPhase_${phase.name}`)}
    </p>
  )
}
