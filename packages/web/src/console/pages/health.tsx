import { inWords } from '../../texts/faults.js'
import { Loaded } from '../../ui/loaded.js'
import { Fault, Success } from '../../ui/notice.js'
import { Page } from '../../ui/page.js'
import { asClockTime, asSize } from '../amounts.js'
import { type Finding, type ServerHealth, useHealth, type Verdict } from '../api/health.js'
import { Moment } from '../moment.js'
import { type ConsoleText, say } from '../say.js'

export default function Health() {
  const health = useHealth()
  const { isFetching } = health
  return (
    <Page title={say('healthTitle')}>
      <p>{say('healthIntro')}</p>
      <Loaded query={health} lines={10}>
        {(found) => (
          <>
            <Summary findings={found.findings} />
            {health.error !== null && <Fault>{inWords(health.error)}</Fault>}
            <button
              type="button"
              aria-disabled={isFetching}
              {...(isFetching && { 'aria-busy': true as const })}
              onClick={() => !isFetching && void health.refetch()}
            >
              {say('healthLookAgain')}
            </button>{' '}
            <span role="status">
              {say('healthLookedAt', { time: asClockTime(found.examined_at) })}
            </span>
            {shown.map((verdict) => (
              <Group key={verdict} verdict={verdict} findings={found.findings} />
            ))}
            <Holding findings={found.findings} />
            <LeftOut sentences={found.left_out} />
            <About health={found} />
          </>
        )}
      </Loaded>
    </Page>
  )
}

/** The worst first. */
const shown = ['fails', 'warns', 'advises'] as const

const titles = {
  fails: 'healthFails',
  warns: 'healthWarns',
  advises: 'healthAdvises',
  holds: 'healthHolds',
} as const satisfies Record<Verdict, ConsoleText>

function Summary({ findings }: { readonly findings: readonly Finding[] }) {
  const [fails, warns] = [count(findings, 'fails'), count(findings, 'warns')]
  if (fails > 0) return <Fault>{say('healthBroken', { count: fails })}</Fault>
  return (
    <Success>{warns > 0 ? say('healthToLookAt', { count: warns }) : say('healthFine')}</Success>
  )
}

function count(findings: readonly Finding[], verdict: Verdict): number {
  return findings.filter((each) => each.verdict === verdict).length
}

interface GroupProps {
  readonly verdict: Verdict
  readonly findings: readonly Finding[]
}

function Group({ verdict, findings }: GroupProps) {
  const those = findings.filter((each) => each.verdict === verdict)
  if (those.length === 0) return null
  return (
    <section className="findings">
      <h2>{say(titles[verdict])}</h2>
      <ul className="plain">
        {those.map((finding) => (
          <li key={`${finding.check} ${finding.detail}`} className={`finding ${verdict}`}>
            <Sentence finding={finding} />
          </li>
        ))}
      </ul>
    </section>
  )
}

/** What is in order is there for whoever looks for it. */
function Holding({ findings }: { readonly findings: readonly Finding[] }) {
  const those = findings.filter(({ verdict }) => verdict === 'holds')
  return (
    <details className="findings">
      <summary>{say('healthHoldsCount', { count: those.length })}</summary>
      <ul className="plain">
        {those.map((finding) => (
          <li key={`${finding.check} ${finding.detail}`} className="finding">
            <Sentence finding={finding} />
          </li>
        ))}
      </ul>
    </details>
  )
}

/** The server's own words, which are English. */
function Sentence({ finding: { check, detail, remedy } }: { readonly finding: Finding }) {
  const known = checks[check]
  return (
    <>
      <h3>{known === undefined ? <span lang="en">{check}</span> : say(known)}</h3>
      <p lang="en">
        <WithCode text={detail} />
      </p>
      {remedy !== undefined && (
        <p className="remedy">
          <strong>{say('healthRemedy')}</strong>{' '}
          <span lang="en">
            <WithCode text={remedy} />
          </span>
        </p>
      )}
    </>
  )
}

/** What the server has put between backticks is to be typed. */
function WithCode({ text }: { readonly text: string }) {
  return text
    .split('`')
    .map((part, place) => (place % 2 === 1 ? <code key={part}>{part}</code> : part))
}

const checks: Readonly<Record<string, ConsoleText>> = {
  account: 'checkAccount',
  'audit log': 'checkAuditLog',
  clients: 'nav_clients',
  database: 'checkDatabase',
  mail: 'nav_mails',
  'master secret': 'checkMasterSecret',
  'password hashing': 'checkPasswordHashing',
  secrets: 'checkSecrets',
  settings: 'checkSettings',
  'shared secret': 'checkSharedSecret',
  'signing keys': 'checkSigningKeys',
  users: 'nav_users',
}

function LeftOut({ sentences }: { readonly sentences: readonly string[] }) {
  return (
    <section>
      <h2>{say('healthLeftOut')}</h2>
      <p>
        {say('healthLeftOutIntro')} <code>latchkey doctor</code>
      </p>
      <ul lang="en">
        {sentences.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </section>
  )
}

function About({ health }: { readonly health: ServerHealth }) {
  const { version, node, uptime, database, examined_at: examinedAt } = health
  const startedAt = new Date(Date.parse(examinedAt) - uptime * 1000).toISOString()
  return (
    <section>
      <h2>{say('healthAbout')}</h2>
      <dl>
        <dt>Latchkey</dt>
        <dd>{version}</dd>
        <dt>Node.js</dt>
        <dd>{node}</dd>
        <dt>{say('checkDatabase')}</dt>
        <dd>
          {database.engine}
          {database.bytes !== null && `, ${asSize(database.bytes)}`}
        </dd>
        <dt>{say('healthStarted')}</dt>
        <dd>
          <Moment time={startedAt} />
        </dd>
      </dl>
    </section>
  )
}
