import { useEffect } from 'react'
import { inWords } from '../../texts/faults.js'
import { Fault, Success } from '../../ui/notice.js'
import type { AuditFilters, Progress } from '../api/audit.js'
import {
  forgetSeenExport,
  giveUpExport,
  markExportSeen,
  startExport,
  useRunningExport,
} from '../running-export.js'
import { say } from '../say.js'

/** What the filters let through, as a file. It goes on while other pages are looked at, and can be given up. */
export function Export({ filters }: { readonly filters: AuditFilters }) {
  const running = useRunningExport()
  const isOver = running !== undefined && running.name !== 'running'
  useEffect(() => {
    if (isOver) markExportSeen()
  }, [isOver])
  useEffect(() => forgetSeenExport, [])
  return (
    <>
      {running?.name === 'running' ? (
        <>
          <progress aria-label={say('auditExport')} />
          <p>
            {say('auditExporting', counted(running.progress))} {say('workMayLeave')}
          </p>
          <button type="button" className="secondary outline" onClick={giveUpExport}>
            {say('cancel')}
          </button>
        </>
      ) : (
        <button
          type="button"
          className="secondary outline"
          onClick={() => void startExport(filters)}
        >
          {say('auditExport')}
        </button>
      )}
      <Fault>{running?.name === 'failed' && inWords(running.error)}</Fault>
      <Success>
        {running?.name === 'ended' && say('auditExported', counted(running.progress))}
      </Success>
    </>
  )
}

function counted({ entries, bytes }: Progress) {
  const megabytes = new Intl.NumberFormat(document.documentElement.lang, {
    maximumFractionDigits: 1,
  })
  return { entries: megabytes.format(entries), megabytes: megabytes.format(bytes / 1e6) }
}
