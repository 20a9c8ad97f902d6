import type { InjectOptions } from 'fastify'
import { alice } from './test-server.js'

/** Alice's password as it stands in a form. */
export const encodedPassword = encodeURIComponent(alice.password)

/**
 * What is asked of an application as the tutorial makes it, and of ours, which is to answer the
 * same. The names are those of the recorded answers.
 */
export const fastapiRequests: Readonly<Record<string, InjectOptions & { url: string }>> = {
  ok: form(`username=alice&password=${encodedPassword}`),
  bad: form('username=alice&password=another'),
  'empty post': { method: 'POST', url: '/token' },
  'missing pw': form('username=alice'),
  'empty strings': form('username=&password='),
  'json body': {
    method: 'POST',
    url: '/token',
    headers: { 'content-type': 'application/json' },
    payload: JSON.stringify(alice),
  },
  multipart: {
    method: 'POST',
    url: '/token',
    headers: { 'content-type': 'multipart/form-data; boundary=b' },
    payload: `--b\r\nContent-Disposition: form-data; name="username"\r\n\r\nalice\r\n--b\r\nContent-Disposition: form-data; name="password"\r\n\r\n${alice.password}\r\n--b--\r\n`,
  },
  'grant empty': form(`grant_type=&username=alice&password=${encodedPassword}`),
  'GET /token': { method: 'GET', url: '/token' },
  '404': { method: 'GET', url: '/nowhere' },
  OPTIONS: { method: 'OPTIONS', url: '/token' },
  'no auth': { method: 'GET', url: '/users/me' },
  Basic: { method: 'GET', url: '/users/me', headers: { authorization: 'Basic YTpi' } },
  slash: { method: 'GET', url: '/users/me/' },
  'items noslash': { method: 'GET', url: '/items' },
  'swagger basic': {
    ...form(
      `grant_type=password&username=alice&password=${encodedPassword}&client_id=&client_secret=&scope=`,
    ),
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `Basic ${Buffer.from(':').toString('base64')}`,
    },
  },
}

export function form(payload: string): InjectOptions & { url: string } {
  return {
    method: 'POST',
    url: '/token',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload,
  }
}
