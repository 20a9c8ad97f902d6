/**
 * One measured figure.
 * @typedef {object} Figure
 * @property {string} number the goal that it belongs to
 * @property {string} figure what was measured
 * @property {number | undefined} value undefined where this machine can't tell
 * @property {string} [unit] absent for ratios
 * @property {number} [goal] absent for what only explains another figure
 * @property {number} [floor] the least on a noisy machine
 * @property {'more' | 'less'} better
 * @property {number} [byProcessorTime] the same ratio of the processor time that an answer costs
 * @property {string} from what it was computed from
 */

/** @param {readonly Figure[]} figures @returns {string} a Markdown table that can be read as it is */
export function table(figures) {
  const rows = [
    ['goal', 'figure', 'measured', 'by processor time', 'wanted', 'floor', 'that is', 'from'],
    ...figures.map((one) => [
      one.number,
      one.figure,
      amount(one.value, one.unit),
      amount(one.byProcessorTime),
      amount(one.goal, one.unit),
      amount(one.floor, one.unit),
      verdict(one),
      one.from,
    ]),
  ]
  const [head = [], ...body] = rows
  const widths = head.map((_, column) => Math.max(3, ...rows.map((row) => row[column].length)))
  const line = (cells) => `| ${cells.map((cell, at) => cell.padEnd(widths[at])).join(' | ')} |`
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n')
}

function amount(value, unit) {
  if (value === undefined || Number.isNaN(value)) return '–'
  return unit === undefined ? value.toFixed(2) : `${value.toFixed(0)} ${unit}`
}

function verdict({ value, goal, floor, better }) {
  if (goal === undefined || value === undefined) return ''
  const reaches = (mark) => (better === 'more' ? value >= mark : value <= mark)
  if (reaches(goal)) return 'reached'
  return reaches(floor) ? 'above the floor' : 'BELOW THE FLOOR'
}
