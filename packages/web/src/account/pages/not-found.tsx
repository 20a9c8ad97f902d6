import { Link } from 'wouter'
import { say } from '../../texts/texts'
import { Page } from '../../ui/page'
import { places } from '../places'

export function NotFound() {
  return (
    <Page title={say('notFound')}>
      <p>{say('notFoundHint')}</p>
      <p>
        <Link href={places.profile}>{say('toProfile')}</Link>
      </p>
    </Page>
  )
}
