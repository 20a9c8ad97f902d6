import type { Family, Sample } from '../core/measures/instruments.js'

/** The format's own name, with its version. */
export const expositionType = 'text/plain; version=0.0.4; charset=utf-8'

/** Numbers in Prometheus' text format, 0.0.4. */
export function exposition(families: readonly Family[]): string {
  return families
    .filter(({ samples }) => samples.length > 0)
    .map(textOf)
    .join('')
}

function textOf({ name, help, type, samples }: Family): string {
  const lines = samples.map((sample) => lineOf(name, sample))
  return `# HELP ${name} ${escaped(help)}\n# TYPE ${name} ${type}\n${lines.join('')}`
}

function lineOf(name: string, { suffix, labels, value }: Sample): string {
  const pairs = Object.entries(labels).map(([label, each]) => `${label}="${quoted(each)}"`)
  const all = pairs.length > 0 ? `{${pairs.join(',')}}` : ''
  return `${name}${suffix ?? ''}${all} ${value}\n`
}

function escaped(text: string): string {
  return text.replace(/\\/g, '\\\\').replace(/\n/g, '\\n')
}

function quoted(text: string): string {
  return escaped(text).replace(/"/g, '\\"')
}
