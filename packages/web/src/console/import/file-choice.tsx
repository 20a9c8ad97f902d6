import { useId, useState } from 'react'
import { say } from '../say.js'
import type { FilePieces } from './file-pieces.js'
import { lookAt, type Unfit } from './look-at-file.js'

export interface Chosen {
  readonly file: File
  readonly pieces: FilePieces | Unfit
}

/** A file is chosen, or dropped here. */
export function FileChoice({ onChosen }: { readonly onChosen: (chosen: Chosen) => void }) {
  const id = useId()
  const [isOver, setOver] = useState(false)
  const take = async (files: FileList | null | undefined) => {
    const file = files?.[0]
    if (file === undefined) return
    onChosen({ file, pieces: await lookAt(file).catch(() => 'unreadable' as const) })
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is one more way, the field below is for all
    <div
      className={isOver ? 'drop over' : 'drop'}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault()
        setOver(false)
        void take(event.dataTransfer?.files)
      }}
    >
      <label htmlFor={id}>{say('importChoose')}</label>
      <input
        id={id}
        type="file"
        accept=".ndjson,.jsonl,.json,.csv,.txt,text/csv,application/x-ndjson"
        onChange={(event) => void take(event.currentTarget.files)}
      />
    </div>
  )
}
