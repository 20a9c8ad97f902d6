import { useState } from 'react'
import { Fault } from '../../ui/notice.js'
import { Page } from '../../ui/page.js'
import { asSize } from '../amounts.js'
import { type Chosen, FileChoice } from '../import/file-choice.js'
import { ImportState } from '../import/import-state.js'
import { startImport } from '../import/start.js'
import { forget, useRunningImport } from '../running-import.js'
import { say } from '../say.js'

/** Makes users of a file that is sent piece by piece, and goes on while other pages are looked at. */
export default function UserImport() {
  const running = useRunningImport()
  const [chosen, setChosen] = useState<Chosen>()
  const another = () => {
    forget()
    setChosen(undefined)
  }
  return (
    <Page title={say('importTitle')}>
      {running === undefined ? (
        <>
          <Intro />
          <FileChoice onChosen={setChosen} />
          {chosen !== undefined && <Ready chosen={chosen} />}
        </>
      ) : (
        <ImportState running={running} onAnother={another} />
      )}
    </Page>
  )
}

function Intro() {
  return (
    <>
      <p>{say('importIntro')}</p>
      <details>
        <summary>{say('importForm')}</summary>
        <p>{say('importFormText')}</p>
        <pre>
          <code>{example}</code>
        </pre>
      </details>
      <details>
        <summary>{say('importOthers')}</summary>
        <p>{say('importOthersText')}</p>
        <pre>
          <code>latchkey user import users.json --from auth0 --dry-run</code>
        </pre>
      </details>
    </>
  )
}

const example = `{"username": "alice", "email": "alice@example.com", "email_verified": true, "password_hash": "$2b$12$..."}
{"username": "bob", "scopes": ["items:read"]}`

function Ready({ chosen }: { readonly chosen: Chosen }) {
  const { file, pieces } = chosen
  if (typeof pieces === 'string') return <Fault>{say(`importUnfit_${pieces}`)}</Fault>
  return (
    <section>
      <p>
        {say(pieces.form === 'csv' ? 'importReadyCsv' : 'importReadyNdjson', {
          file: file.name,
          size: asSize(file.size),
        })}
      </p>
      <div className="actions">
        <button type="button" onClick={() => startImport(file, pieces, true)}>
          {say('importCheck')}
        </button>
        <button
          type="button"
          className="secondary outline"
          onClick={() => startImport(file, pieces, false)}
        >
          {say('importUnchecked')}
        </button>
      </div>
    </section>
  )
}
