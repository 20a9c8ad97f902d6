import type { Render } from '../core/letters.js'
import { contents } from './templates/contents.js'
import { letterText } from './templates/page.js'

export const render: Render = (kind, values, site) => letterText(contents[kind](values, site), site)
