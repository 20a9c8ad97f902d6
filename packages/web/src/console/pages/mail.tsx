import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from 'wouter'
import { readIssuer } from '../../api/issuer.js'
import { isMissing } from '../../api/problem.js'
import { Loaded } from '../../ui/loaded.js'
import { Page } from '../../ui/page.js'
import { useMail, type WholeMail } from '../api/mails.js'
import { aboutMail, Progress } from '../mail-words.js'
import { Moment } from '../moment.js'
import { placeOfUser, places } from '../places.js'
import { say } from '../say.js'

export default function OneMail() {
  const { id = '' } = useParams()
  const mail = useMail(id)
  return (
    <Page title={say('mailTitle')}>
      <p>
        <Link href={places.mails}>{say('mailsOfAll')}</Link>
      </p>
      {isMissing(mail.error) ? (
        <p>{say('mailMissing')}</p>
      ) : (
        <Loaded query={mail} lines={8}>
          {(mail) => (
            <>
              <About mail={mail} />
              <Content mail={mail} />
            </>
          )}
        </Loaded>
      )}
    </Page>
  )
}

function About({ mail }: { readonly mail: WholeMail }) {
  const { to, user_id: userId, forgotten_at: forgottenAt } = mail
  return (
    <dl>
      <dt>{say('mailToColumn')}</dt>
      <dd>
        <bdi>{to}</bdi> {userId !== null && <Link href={placeOfUser(userId)}>{say('toUser')}</Link>}
      </dd>
      <dt>{say('mailAboutColumn')}</dt>
      <dd>{aboutMail(mail)}</dd>
      <dt>{say('stateColumn')}</dt>
      <dd>{say(`mailState_${mail.state}`)}</dd>
      <dt>{say('mailWrittenColumn')}</dt>
      <dd>
        <Moment time={mail.created_at} />
      </dd>
      <dt>{say('mailProgressColumn')}</dt>
      <dd>
        <Progress mail={mail} />
      </dd>
      {forgottenAt !== null && (
        <>
          <dt>{say('mailForgotten')}</dt>
          <dd>
            <Moment time={forgottenAt} />
          </dd>
        </>
      )}
    </dl>
  )
}

function Content({ mail: { subject, text } }: { readonly mail: WholeMail }) {
  return (
    <section>
      <h2>{say('mailContent')}</h2>
      {text === undefined ? (
        <p>{say('mailNotShown')}</p>
      ) : (
        <article className="letter">
          <h3>
            <bdi>{subject}</bdi>
          </h3>
          <div className="as-written">
            <WithLinks text={text} />
          </div>
        </article>
      )}
    </section>
  )
}

/** Only what leads to this server is a link: whatever else is in a mail may have come from anybody. */
function WithLinks({ text }: { readonly text: string }) {
  const { data: issuer } = useIssuer()
  const ours = [location.origin, ...(issuer === undefined ? [] : [originOf(issuer.name)])]
  return text.split(address).map((part, place) =>
    place % 2 === 1 && ours.includes(originOf(part)) ? (
      <a key={part} href={part}>
        {part}
      </a>
    ) : (
      part
    ),
  )
}

/** Links go by the issuer, which this page need not have been opened by. */
function useIssuer() {
  return useQuery({ queryKey: ['issuer'], queryFn: readIssuer })
}

const address = /(https?:\/\/[^\s<>"]+)/

function originOf(text: string): string | undefined {
  return URL.canParse(text) ? new URL(text).origin : undefined
}
