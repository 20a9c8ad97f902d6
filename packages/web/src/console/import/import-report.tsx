import { translated } from '../../texts/texts.js'
import { keepFile } from '../../ui/keep-file.js'
import { inFigures } from '../counts.js'
import type { RunningImport } from '../running-import.js'
import { say } from '../say.js'
import { Table } from '../table.js'
import type { ImportProgress } from './import-job.js'
import { type Reject, rejectsFile } from './rejects.js'

interface ImportReportProps {
  readonly running: RunningImport
  readonly progress: ImportProgress
}

/** What has become of the lines so far. */
export function ImportReport({ running, progress }: ImportReportProps) {
  const { imported, present, leftOut, formats } = progress
  const { isTrial } = running
  return (
    <section className="import-report" aria-labelledby="import-report">
      <h2 id="import-report">{say(whatItIs(isTrial, progress.phase.name === 'ended'))}</h2>
      <dl>
        <dt>{say(isTrial ? 'importWouldBeNew' : 'importNew')}</dt>
        <dd>{inFigures(imported)}</dd>
        <dt>{say('importPresent')}</dt>
        <dd>{inFigures(present)}</dd>
        <dt>{say('importLeftOut')}</dt>
        <dd>{inFigures(leftOut)}</dd>
      </dl>
      {isTrial && <p>{say('importTwice')}</p>}
      {imported > 0 && <Formats formats={formats} />}
      {leftOut > 0 && <Rejects {...{ running, progress }} />}
    </section>
  )
}

function whatItIs(isTrial: boolean, hasEnded: boolean) {
  if (isTrial) return 'importWouldBe'
  return hasEnded ? 'importOutcome' : 'importReport'
}

/** Of hashes, with how many users have one. */
function Formats({ formats }: Pick<ImportProgress, 'formats'>) {
  return (
    <Table label={say('importFormats')} columns={[say('importFormats'), say('usersTitle')]}>
      {Object.entries(formats).map(([name, count]) => (
        <tr key={name}>
          <th scope="row">{name === 'none' ? say('importNoPassword') : name}</th>
          <td>{inFigures(count)}</td>
        </tr>
      ))}
    </Table>
  )
}

function Rejects({ running, progress }: ImportReportProps) {
  const { rejects, leftOut, phase } = progress
  const { pieces } = running.job
  const isMoving = phase.name === 'running' || phase.name === 'stopping'
  const more = leftOut - Math.min(rejects.length, mostShown)
  return (
    <>
      <h3>{say('importLeftOut')}</h3>
      {!isMoving && (
        <button
          type="button"
          className="secondary"
          onClick={() =>
            keepFile(
              rejectsFile(running.file.name, pieces.form, pieces.header, rejects),
              `left-out.${pieces.form}`,
            )
          }
        >
          {say('importSave')}
        </button>
      )}
      <Table
        label={say('importLeftOut')}
        columns={[say('importLine'), say('importWhy'), say('importText')]}
      >
        {rejects.slice(0, mostShown).map((reject) => (
          <Row key={reject.line} reject={reject} />
        ))}
      </Table>
      {more > 0 && <p>{say('importMoreLeftOut', { count: inFigures(more) })}</p>}
    </>
  )
}

/** Nobody reads more of them here. */
const mostShown = 100

function Row({ reject: { line, why, text } }: { readonly reject: Reject }) {
  return (
    <tr>
      <th scope="row">{line}</th>
      <td>{translated(why)}</td>
      <td>
        <code className="clipped">
          <bdi>{text?.slice(0, 200)}</bdi>
        </code>
      </td>
    </tr>
  )
}
