/** Enough of the shell's grammar for what a documentation shows. */

export interface ShellCommand {
  /** What is set for this command alone: `PORT=8001`. */
  readonly environment: Readonly<Record<string, string>>
  readonly words: readonly string[]
}

/** The commands of a script: pipelines taken apart, without comments and redirections. */
export function shellCommands(script: string): ShellCommand[] {
  const commands: string[][] = [[]]
  for (const token of tokens(script)) {
    if (separators.has(token)) commands.push([])
    else commands.at(-1)?.push(token)
  }
  return commands.filter((words) => words.length > 0).map(commandOf)
}

const separators = new Set(['\n', '|', ';', '(', ')'])
const token =
  /\\\n|#[^\n]*|[<>]\s*\S+|[\n|;()]|(?:"[^"]*"|'[^']*'|\$\([^)]*\)|[^\s"'|;()<>])+|[^\S\n]+/g

function tokens(script: string): string[] {
  const all = script.match(token) ?? []
  if (all.join('') !== script) throw new Error(`This shell is too much for the tests: ${script}`)
  return all.filter((text) => text === '\n' || !/^(?:#|[<>]|\\\n|\s)/.test(text))
}

function commandOf(tokens: readonly string[]): ShellCommand {
  const count = tokens.findIndex((text) => !/^[A-Z_][A-Z\d_]*=/.test(text))
  const settings = count < 0 ? tokens : tokens.slice(0, count)
  const environment = settings.map((text) => {
    const [name = '', ...value] = text.split('=')
    return [name, unquote(value.join('='))]
  })
  const words = tokens.slice(settings.length).map(unquote)
  return { environment: Object.fromEntries(environment), words }
}

function unquote(text: string): string {
  return text.replaceAll(/"([^"]*)"|'([^']*)'/g, (_, double, single) => double ?? single)
}
