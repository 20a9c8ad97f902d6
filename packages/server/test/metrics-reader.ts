import { expect } from 'vitest'
import { type ReadFamily, readExposition } from './exposition-reader.js'
import type { TestServer } from './test-server.js'

/** What a server's `/metrics` says, by name. */
export async function readMetrics(server: TestServer): Promise<Map<string, ReadFamily>> {
  const answer = await server.app.inject('/metrics')
  expect(answer.statusCode, answer.body).toBe(200)
  return readExposition(answer.body)
}

/** A number by its name and, where there are any, its labels. */
export async function numberOf(
  server: TestServer,
  name: string,
  labels: Record<string, string> = {},
): Promise<number | undefined> {
  const families = [...(await readMetrics(server)).values()]
  const found = families
    .flatMap(({ samples }) => samples)
    .find((each) => each.name === name && JSON.stringify(each.labels) === JSON.stringify(labels))
  return found?.value
}

/** All numbers of a name that are not 0, by the value of their label. */
export async function numbersOf(server: TestServer, name: string): Promise<Record<string, number>> {
  const { samples = [] } = (await readMetrics(server)).get(name) ?? {}
  const counted = samples.filter(({ value }) => value !== 0)
  return Object.fromEntries(
    counted.map(({ labels, value }) => [Object.values(labels).join(' '), value]),
  )
}
