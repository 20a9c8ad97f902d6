import type { Refusal } from './refusal.js'

/** What Node's `ServerResponse`, and Express's, have of an answer. */
interface ServerResponse {
  statusCode: number
  setHeader(name: string, value: string): unknown
  end(body: string): unknown
}

/** Answers with a refusal, beside the headers that are set already. */
export function turnAway(response: ServerResponse, refusal: Refusal): void {
  response.statusCode = refusal.status
  for (const [name, value] of Object.entries(refusal.headers)) response.setHeader(name, value)
  response.end(JSON.stringify(refusal.problem))
}
