import { Link } from 'wouter'
import { Page } from '../../ui/page.js'
import { places } from '../places.js'
import { say } from '../say.js'

export function NotFound() {
  return (
    <Page title={say('notFound')}>
      <p>{say('notFoundHint')}</p>
      <p>
        <Link href={places.overview}>{say('toOverview')}</Link>
      </p>
    </Page>
  )
}
