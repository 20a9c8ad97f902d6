import { client } from '../../session/client.js'
import { sendPiece } from '../api/user-imports.js'
import { begin, checkWhoseItIs } from '../running-import.js'
import type { FilePieces } from './file-pieces.js'
import { ImportJob } from './import-job.js'

/** @param isTrial whether it changes nothing, and says what would be */
export function startImport(file: File, pieces: FilePieces, isTrial: boolean): void {
  const importId = randomText()
  const admin = client.user?.username
  const { name, size } = file
  const what = { importId, file: shown(name), form: pieces.form, isTrial }
  const job = new ImportJob(pieces, size, {
    async send(piece) {
      checkWhoseItIs(admin)
      return sendPiece(piece, what)
    },
    now: () => performance.now(),
    wait,
  })
  begin({ job, file, isTrial, admin })
}

/** 192 random bits. */
function randomText(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(24))
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** The log takes no more, and no characters that can't be seen. */
function shown(name: string): string {
  return [...name.replaceAll(/\p{C}/gu, '')].slice(0, 120).join('') || 'users'
}

function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
