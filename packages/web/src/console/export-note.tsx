import { Link } from 'wouter'
import { inFigures } from './counts.js'
import { places } from './places.js'
import { useRunningExport } from './running-export.js'
import { say } from './say.js'

/** Seen from every page while an export is under way, and after it until somebody has read what came of it. */
export function ExportNote() {
  const running = useRunningExport()
  if (running === undefined || running.isSeen) return null
  return (
    <Link href={places.audit} className="work-note">
      {say(`exportNote_${running.name}`, { entries: inFigures(running.progress.entries) })}
    </Link>
  )
}
