/**
 * The writer thread's program: the only connection of this process that writes.
 * It takes all units that wait, runs each under a savepoint of its own if there are several, commits
 * once (one flush for all of them), and only then answers.
 */

import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { isOneStep } from '../database.js'
import { Connection, isStorageFault, type Place, type Pragmas } from './connection.js'

export interface Order {
  readonly id: number
  /** Without a unit, the order asks for the settings of the writer's connection. */
  readonly unit?: readonly WireStatement[]
}

/** What the thread is told. */
export type Message = readonly Order[] | 'close'

export interface WireStatement {
  readonly sql: string
  readonly parameters: readonly unknown[]
  readonly requires: number | undefined
  readonly touchesOneAtMost: true | undefined
}

export type Answer = { readonly id: number } & (
  | { readonly kind: 'done'; readonly rows: unknown[][] }
  | { readonly kind: 'requirement failed'; readonly failed: number }
  | { readonly kind: 'statement failed'; readonly message: string }
  | { readonly kind: 'storage failed'; readonly message: string }
  | { readonly kind: 'pragmas'; readonly pragmas: Pragmas }
)

/** What the thread says: first how opening went, then answers to orders, many at a time. */
export type Report =
  | { readonly kind: 'opened' }
  | { readonly kind: 'not opened'; readonly message: string }
  | { readonly kind: 'answers'; readonly answers: readonly Answer[] }

if (parentPort) start(parentPort, workerData)

function start(port: MessagePort, place: Place): void {
  const report = (message: Report) => port.postMessage(message)
  try {
    const connection = new Connection(place, 'writer')
    port.on('message', (first: Message) => {
      const { orders, closing } = takeAllWaiting(port, first)
      if (orders.length > 0) report({ kind: 'answers', answers: runTogether(connection, orders) })
      if (!closing) return
      close(connection)
      port.close()
    })
    report({ kind: 'opened' })
  } catch (error) {
    report({ kind: 'not opened', message: messageOf(error) })
    port.close()
  }
}

function close(connection: Connection): void {
  try {
    connection.foldLog()
  } catch {
    // Nothing is lost: the log stays beside the file and is read at the next start.
  }
  connection.close()
}

function takeAllWaiting(port: MessagePort, first: Message) {
  const orders: Order[] = []
  let closing = false
  let next: Message | undefined = first
  while (next) {
    if (next === 'close') closing = true
    else orders.push(...next)
    next = receiveMessageOnPort(port)?.message
  }
  return { orders, closing }
}

function runTogether(connection: Connection, orders: readonly Order[]): Answer[] {
  // A savepoint keeps a copy of each page that changes: where there is one unit, the transaction will do.
  const isAlone = orders.length === 1
  try {
    connection.control('begin immediate')
    const answers = orders.map((order) =>
      isAlone || isOneStep(order.unit ?? [])
        ? runOne(connection, order)
        : runUnderSavepoint(connection, order),
    )
    connection.control(isAlone && answers.every(hasFailed) ? 'rollback' : 'commit')
    return answers
  } catch (error) {
    if (connection.inTransaction) connection.control('rollback')
    return orders.map(({ id }) => ({ id, kind: 'storage failed', message: messageOf(error) }))
  }
}

function runUnderSavepoint(connection: Connection, order: Order): Answer {
  connection.control('savepoint unit')
  const answer = runOne(connection, order)
  if (hasFailed(answer)) connection.control('rollback to unit')
  connection.control('release unit')
  return answer
}

/** Throws only where the whole transaction can't go on. */
function runOne(connection: Connection, { id, unit }: Order): Answer {
  if (!unit) return { id, kind: 'pragmas', pragmas: connection.pragmas() }
  return runStatements(connection, id, unit)
}

function hasFailed({ kind }: Answer): boolean {
  return kind !== 'done' && kind !== 'pragmas'
}

function runStatements(connection: Connection, id: number, unit: readonly WireStatement[]): Answer {
  const rows: unknown[][] = []
  for (const [index, { sql, parameters, requires }] of unit.entries()) {
    try {
      const result = connection.run(sql, parameters)
      if (requires !== undefined && result.count !== requires) {
        return { id, kind: 'requirement failed', failed: index }
      }
      rows.push(result.rows)
    } catch (error) {
      if (isStorageFault(error) || !connection.inTransaction) throw error
      return { id, kind: 'statement failed', message: messageOf(error) }
    }
  }
  return { id, kind: 'done', rows }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
