/** Holds a history against what is promised of sessions on several nodes. */

import type { History, Operation, Outage, Span } from './history.js'
import { isLinearizable } from './linearizability.js'

/** @returns each breach in a sentence, with what it was seen in */
export function breachesOf({ operations, outages }: History): string[] {
  const sessions = grouped(operations, ({ session }) => session)
  return [
    ...sessions.flatMap(breachesOfSession),
    ...operations.filter((one) => !mayFail(one, outages)).map((one) => told('went wrong', [one])),
  ]
}

function breachesOfSession(operations: readonly Operation[]): string[] {
  const ordered = operations.toSorted((one, other) => one.start - other.start)
  const breaches = [...forks(ordered), ...revivals(ordered)]
  // A route that reads nothing may know late of an ending, never of one that was not.
  const decisive = ordered.filter(({ request, answer }) => {
    return request.do !== 'verify' || answer === 'no'
  })
  if (!isLinearizable(decisive)) breaches.push(told('fits no order', ordered))
  return breaches
}

/** Whoever presents a refresh token gets the same successor. */
function forks(operations: readonly Operation[]): string[] {
  return grouped(operations.filter(isRotation), ({ request }) => request.step)
    .filter((answers) => new Set(answers.map(({ token }) => token)).size > 1)
    .map((answers) => told('has two successors of one token', answers))
}

type Rotation = Operation & { request: { do: 'refresh' } }

function isRotation(operation: Operation): operation is Rotation {
  return operation.request.do === 'refresh' && operation.answer === 'yes'
}

/** A node that has ended a session, or refused its token, never takes that token again. */
function revivals(operations: readonly Operation[]): string[] {
  return operations.filter(knowsOfEnding).flatMap((known) => {
    const later = operations.find(
      ({ request, answer, node, start }) =>
        request.do === 'verify' && answer === 'yes' && node === known.node && start > known.end,
    )
    return later === undefined ? [] : [told('came back to life on a node', [known, later])]
  })
}

function knowsOfEnding({ request, answer }: Operation): boolean {
  return request.do === 'sign out' ? answer === 'yes' : request.do === 'verify' && answer === 'no'
}

/** A verification fails on a killed node only; all else where its database is out of reach, too. */
function mayFail(operation: Operation, outages: readonly Outage[]): boolean {
  const { answer, request, node } = operation
  if (answer === 'yes' || answer === 'no') return true
  const needsKill = answer === 'none' || request.do === 'verify'
  return outages.some((outage) => {
    return outage.nodes.includes(node) && overlap(operation, outage) && (outage.kills || !needsKill)
  })
}

function overlap(one: Span, other: Span): boolean {
  return one.start <= other.end && other.start <= one.end
}

function told(what: string, operations: readonly Operation[]): string {
  const lines = operations.map(({ start, end, node, request, answer, token }) => {
    const span = `${start.toFixed(1)}-${end.toFixed(1)}`
    const text = token === undefined ? '' : ` …${token.slice(-8)}`
    return `  ${span} node ${node + 1} ${JSON.stringify(request)} ${answer}${text}`
  })
  return [`Session ${operations[0]?.session} ${what}:`, ...lines].join('\n')
}

function grouped<Item>(items: readonly Item[], keyOf: (item: Item) => unknown): Item[][] {
  const groups = new Map<unknown, Item[]>()
  for (const item of items) {
    const key = keyOf(item)
    groups.set(key, [...(groups.get(key) ?? []), item])
  }
  return [...groups.values()]
}
