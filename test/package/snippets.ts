import { codeBlocks } from '../docs/code-blocks.js'
import type { Consumer } from './consumer.js'
import { assumed, surroundings } from './snippet-context.js'

/** Every `ts`, `tsx` and `js` block of the documentation, as files of a project that installed the packages. */
export class Snippets {
  readonly #project: Consumer
  readonly #all = codeBlocks()
    .filter(({ kind }) => ['js', 'ts', 'tsx'].includes(kind))
    .map((block) => {
      const name = block.place.replaceAll(/\W/g, '-')
      return { ...block, name, file: `${name}.${block.kind === 'tsx' ? 'tsx' : 'ts'}` }
    })

  constructor(project: Consumer) {
    this.#project = project
    project.write('assumed.d.ts', assumed)
    project.write('surroundings.js', surroundings)
    for (const { file, text } of this.#all) project.write(file, `${text}\nexport {}\n`)
  }

  /** Of one language, and what they take for granted. */
  files(language: 'js' | 'ts'): string[] {
    const shown = this.#all.filter(({ kind }) => kind.startsWith(language))
    return ['assumed.d.ts', ...shown.map(({ file }) => file)]
  }

  /** The text of the page's first snippet that holds this. */
  text(page: string, held: string): string {
    return this.#find(page, held).text
  }

  /**
   * Makes a program of it, once it is compiled, on whatever ports are free.
   *
   * @param places what stands for the addresses of the examples
   * @param after what follows the snippet, in JavaScript
   * @returns the file
   */
  program(page: string, held: string, places: Places = {}, after = ''): string {
    return this.#make(this.#find(page, held).name, places, after)
  }

  /** Programs of all snippets of a page. */
  programs(page: string): string[] {
    const shown = this.#all.filter((each) => each.page === page)
    return shown.map(({ name }) => this.#make(name, {}, ''))
  }

  #make(name: string, places: Places, after: string): string {
    const compiled = this.#project.read(`out/${name}.js`).replaceAll(/port: \d+/g, 'port: 0')
    const moved = Object.entries(places).reduce(
      (code, [place, real]) => code.replaceAll(place, real),
      compiled,
    )
    this.#project.write(`${name}.js`, `import './surroundings.js'\n${moved}\n${after}\n`)
    return `${name}.js`
  }

  #find(page: string, held: string) {
    const found = this.#all.find((each) => each.page === page && each.text.includes(held))
    if (found === undefined) throw new Error(`${page} has no snippet with ${held}`)
    return found
  }
}

export type Places = Readonly<Record<string, string>>
