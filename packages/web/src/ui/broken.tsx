import { Component, type ReactNode } from 'react'
import { say } from '../texts/texts.js'
import { Fault } from './notice.js'

/**
 * In place of a page that has a fault, or whose files did not come: what to do. Only loading it again helps, because
 * a browser asks for a script once.
 */
export class Broken extends Component<{ children: ReactNode }, { isBroken: boolean }> {
  override state = { isBroken: false }

  static getDerivedStateFromError() {
    return { isBroken: true }
  }

  override render() {
    if (!this.state.isBroken) return this.props.children
    return (
      <main id="content">
        <Fault>{say('pageBroken')}</Fault>
        <button type="button" onClick={() => location.reload()}>
          {say('loadAgain')}
        </button>
      </main>
    )
  }
}
