import { Component, type ReactNode } from 'react'
import { say } from '../texts/texts.js'

/** In place of a page with a fault in it, a sentence: better than nothing at all. */
export class Broken extends Component<{ children: ReactNode }, { isBroken: boolean }> {
  override state = { isBroken: false }

  static getDerivedStateFromError() {
    return { isBroken: true }
  }

  override render() {
    if (!this.state.isBroken) return this.props.children
    return (
      <main>
        <p role="alert">{say('pageBroken')}</p>
      </main>
    )
  }
}
