import type { FastifyInstance } from 'fastify'
import { refuseOtherMethods } from '../paths.js'

interface Dependencies {
  readLinkPage: (file: LinkPageFile) => Promise<Buffer | string>
}

export type LinkPageFile = (typeof files)[keyof typeof files]

const files = {
  'reset-password': 'reset-password.html',
  'verify-email': 'verify-email.html',
  invitation: 'invitation.html',
  'first-admin': 'first-admin.html',
  'link-page.js': 'link-page.js',
  'link-page.css': 'link-page.css',
} as const

/**
 * `/account/...`: where links in mails lead to. A page does nothing by itself, so that what opens a link
 * to look at it uses nothing up; what it sends goes to the routes that everybody has.
 */
export function linkPagesRoutes(app: FastifyInstance, { readLinkPage }: Dependencies): void {
  for (const [path, file] of Object.entries(files)) {
    const url = `/account/${path}`
    app.route({
      method: 'GET',
      url,
      schema: { hide: true },
      handler: async (_request, reply) => {
        reply.headers({ ...headers, 'content-type': typeOf(file) })
        return reply.send(await readLinkPage(file))
      },
    })
    refuseOtherMethods(app, url, ['GET'])
  }
}

const headers = {
  'cross-origin-opener-policy': 'same-origin',
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
}

function typeOf(file: LinkPageFile): string {
  if (file.endsWith('.js')) return 'text/javascript; charset=utf-8'
  return file.endsWith('.css') ? 'text/css; charset=utf-8' : 'text/html; charset=utf-8'
}
