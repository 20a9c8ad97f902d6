import { Link } from 'wouter'
import { say } from '../../texts/texts.js'
import { Page } from '../../ui/page.js'
import { places } from '../places.js'

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
