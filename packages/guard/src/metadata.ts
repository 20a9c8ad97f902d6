import { type IssuerUrl, isOfIssuer } from './issuer-url.js'
import { type JsonObject, parseJsonObject } from './strict-json.js'

/** Where an issuer has what a guard needs. */
export interface Places {
  readonly keys: string
  readonly statusLists: string
}

/**
 * Reads an issuer's metadata (RFC 8414 section 3.3, which has its name compared exactly).
 *
 * @throws TypeError for another's metadata, or for places that are not of the issuer
 */
export function readMetadata(bytes: Uint8Array, issuer: IssuerUrl): Places {
  const metadata = objectOf(bytes, 'the metadata')
  if (metadata.issuer !== issuer.name) {
    throw new TypeError(`the metadata is of ${JSON.stringify(metadata.issuer)}`)
  }
  return {
    keys: placeOf(metadata, 'jwks_uri', issuer),
    statusLists: placeOf(metadata, 'status_list_aggregation_endpoint', issuer),
  }
}

/**
 * Reads the names of an issuer's status lists (draft-ietf-oauth-status-list, "Status List
 * Aggregation in JSON Format").
 *
 * @throws TypeError for a list that is not of the issuer, is named twice, or is one too many
 */
export function readAggregation(bytes: Uint8Array, issuer: IssuerUrl): readonly string[] {
  const { status_lists: lists } = objectOf(bytes, 'the list of status lists')
  if (!Array.isArray(lists)) throw new TypeError('the list of status lists has no status_lists')
  if (lists.length > mostLists) throw new TypeError(`there are more than ${mostLists} status lists`)
  for (const uri of lists) {
    if (typeof uri !== 'string' || !isOfIssuer(issuer, uri)) {
      throw new TypeError(`the status list ${JSON.stringify(uri)} is not under the issuer`)
    }
  }
  if (new Set(lists).size < lists.length) throw new TypeError('a status list is named twice')
  return lists
}

/** Of a million places each: a bound for memory, far beyond what an issuer has. */
const mostLists = 256

function placeOf(metadata: JsonObject, name: string, issuer: IssuerUrl): string {
  const place = metadata[name]
  if (typeof place !== 'string') throw new TypeError(`the metadata has no ${name}`)
  if (!isOfIssuer(issuer, place)) throw new TypeError(`the ${name} is not under the issuer`)
  return place
}

function objectOf(bytes: Uint8Array, what: string): JsonObject {
  const object = parseJsonObject(bytes)
  if (object === undefined) throw new TypeError(`${what} is no JSON object`)
  return object
}
