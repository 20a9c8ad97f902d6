/** Holds a history against what is promised of sessions on several nodes. */

import type { History, Operation, Outage, Span } from './history.js'
import { isLinearizable, isUncertain } from './linearizability.js'

/** @returns each breach in a sentence, with what it was seen in */
export function breachesOf({ operations, outages }: History): string[] {
  const users = grouped(operations, ({ user }) => user)
  return [
    ...users.flatMap(sessionsOf).flatMap((session) => breachesOfSession(session, outages)),
    ...operations.filter((one) => !mayFail(one, outages)).map((one) => told('went wrong', [one])),
  ]
}

/** Each session's operations, with those of its user's that end it from outside. */
function sessionsOf(operations: readonly Operation[]): Operation[][] {
  const endings = operations.filter(isOfAll)
  return grouped(operations, ({ session }) => session).map((own) => {
    const session = own[0]?.session ?? ''
    const opened = openingOf(own)?.start ?? Number.POSITIVE_INFINITY
    const foreign = endings
      .filter((one) => one.session !== session && overBy(one) > opened)
      .map((one): Operation => ({ ...one, session, request: { do: 'end all' } }))
    return [...own, ...foreign].toSorted((one, other) => one.start - other.start)
  })
}

function openingOf(operations: readonly Operation[]): Operation | undefined {
  return operations.find(({ request }) => request.do === 'sign in')
}

/** When nothing of it can be under way any more. */
function overBy(operation: Operation): number {
  return operation.end + (isUncertain(operation) ? LATENESS : 0)
}

/** Milliseconds: twice what a unit may take, after its caller has given up. */
const LATENESS = 10_000

/** Who was refused it has ended nothing. */
function isOfAll({ request, answer }: Operation): boolean {
  return (request.do === 'end all' || request.do === 'sign out everywhere') && answer !== 'no'
}

function breachesOfSession(operations: readonly Operation[], outages: readonly Outage[]): string[] {
  const breaches = [
    ...forks(operations),
    ...revivals(operations),
    ...latecomers(operations, outages),
  ]
  // A route that reads nothing may know late of an ending, never of one that was not.
  const decisive = operations.filter(({ request, answer }) => {
    return request.do !== 'verify' || answer === 'no'
  })
  if (!isLinearizable(decisive)) breaches.push(told('fits no order', operations))
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
  return endingsOf(operations).flatMap((known) => {
    const later = operations.find(
      (one) => isTaken(one) && one.node === known.node && one.start > known.end,
    )
    return later === undefined ? [] : [told('came back to life on a node', [known, later])]
  })
}

/** All other nodes hear of an ending, unless something is wrong, and soon after it is mended. */
function latecomers(operations: readonly Operation[], outages: readonly Outage[]): string[] {
  const endings = [...endingsOf(operations), ...operations.filter(isRefusedRead)]
  const [known] = endings.toSorted((one, other) => one.end - other.end)
  if (known === undefined) return []
  const late = operations.find((one) => {
    const troubles = outages.filter(({ start }) => start < one.start)
    const calm = Math.max(known.end, ...troubles.map(({ end }) => end))
    return isTaken(one) && one.start > calm + HEARING
  })
  return late === undefined ? [] : [told('is taken long after its end', [known, late])]
}

/** Milliseconds within which all nodes have heard of an ending, messages lost or not (LATCHKEY_STATUS_TTL). */
export const HEARING = 5_000

function isRefusedRead({ request, answer }: Operation): boolean {
  return request.do === 'read' && answer === 'no'
}

function isTaken({ request, answer }: Operation): boolean {
  return request.do === 'verify' && answer === 'yes'
}

/** What tells the node that did it, or that refused, that the session is over. */
function endingsOf(operations: readonly Operation[]): Operation[] {
  const opened = openingOf(operations)?.end ?? Number.POSITIVE_INFINITY
  return operations.filter(({ request, answer, start }) => {
    if (request.do === 'verify') return answer === 'no'
    if (request.do === 'end all') return answer === 'yes' && start > opened
    return answer === 'yes' && (request.do === 'sign out' || request.do === 'sign out everywhere')
  })
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
