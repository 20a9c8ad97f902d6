import { ask } from '../../api/ask.js'
import type { FileForm, FilePiece } from '../import/file-pieces.js'
import type { PieceAnswer } from '../import/import-job.js'

export interface PieceOf {
  /** The same for all pieces of a file, and random. */
  readonly importId: string
  readonly file: string
  readonly form: FileForm
  readonly isTrial: boolean
}

export async function sendPiece(
  { body, begins }: FilePiece,
  { importId, file, form, isTrial }: PieceOf,
): Promise<PieceAnswer> {
  const query = new URLSearchParams({
    dry_run: String(isTrial),
    file,
    first_line: String(begins.line),
    import_id: importId,
  })
  const answer = await ask('POST', `admin/user-imports?${query}`, {
    bytes: body,
    headers: { 'content-type': form === 'csv' ? 'text/csv' : 'application/x-ndjson' },
  })
  return answer.json()
}
