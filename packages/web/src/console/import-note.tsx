import { Link } from 'wouter'
import { places } from './places.js'
import { type RunningImport, useProgressOf, useRunningImport } from './running-import.js'
import { say } from './say.js'

/** Seen from every page while an import is under way. */
export function ImportNote() {
  const running = useRunningImport()
  return running === undefined || running.isSeen ? null : <Note running={running} />
}

function Note({ running }: { readonly running: RunningImport }) {
  const { phase, place } = useProgressOf(running)
  const share = Math.floor((100 * place.byte) / running.file.size)
  const note = noteOf[phase.name]
  return (
    <Link href={places.userImport} className="work-note">
      {say(`importNote_${running.isTrial ? checkOf[note] : note}`, { percent: share })}
    </Link>
  )
}

const noteOf = {
  ...({ running: 'running', stopping: 'running', waiting: 'waiting', stopped: 'stopped' } as const),
  ...({ signed_out: 'stopped', no_right: 'stopped', failed: 'stopped', ended: 'ended' } as const),
} as const

const checkOf = {
  ...({ running: 'checking', ended: 'checked', waiting: 'waiting', stopped: 'stopped' } as const),
} as const
