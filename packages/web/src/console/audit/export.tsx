import { useEffect, useRef, useState } from 'react'
import { inWords } from '../../texts/faults.js'
import { keepFile } from '../../ui/keep-file.js'
import { Fault, Success } from '../../ui/notice.js'
import { type AuditFilters, exportAudit, type Progress } from '../api/audit.js'
import { say } from '../say.js'

/** What the filters let through, as a file. It can be given up, and is when the page is left. */
export function Export({ filters }: { readonly filters: AuditFilters }) {
  const [progress, setProgress] = useState<Progress>()
  const [fault, setFault] = useState<string>()
  const [done, setDone] = useState<Progress>()
  const running = useRef<AbortController>(undefined)
  useEffect(() => () => running.current?.abort(), [])
  const start = async () => {
    const controller = new AbortController()
    running.current = controller
    let last: Progress = { entries: 0, bytes: 0 }
    const onProgress = (progress: Progress) => {
      last = progress
      setProgress(progress)
    }
    onProgress(last)
    setDone(undefined)
    setFault(undefined)
    try {
      const { signal } = controller
      keepFile(await exportAudit(filters, { signal, onProgress }), 'audit.ndjson')
      setDone(last)
    } catch (error) {
      if (!controller.signal.aborted) setFault(inWords(error))
    } finally {
      setProgress(undefined)
    }
  }
  return (
    <>
      {progress === undefined ? (
        <button type="button" className="secondary outline" onClick={() => void start()}>
          {say('auditExport')}
        </button>
      ) : (
        <>
          <progress aria-label={say('auditExport')} />
          <p>{say('auditExporting', counted(progress))}</p>
          <button
            type="button"
            className="secondary outline"
            onClick={() => running.current?.abort()}
          >
            {say('cancel')}
          </button>
        </>
      )}
      <Fault>{fault}</Fault>
      <Success>{done && say('auditExported', counted(done))}</Success>
    </>
  )
}

function counted({ entries, bytes }: Progress) {
  const megabytes = new Intl.NumberFormat(document.documentElement.lang, {
    maximumFractionDigits: 1,
  })
  return { entries: megabytes.format(entries), megabytes: megabytes.format(bytes / 1e6) }
}
