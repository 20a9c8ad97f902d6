import type { FastifyInstance } from 'fastify'
import { type WebPages, webPagesRoutes } from './web-pages.js'

/** `/account` and below: where users see to their account. */
export function accountPagesRoutes(app: FastifyInstance, pages: WebPages): void {
  webPagesRoutes(app, { base: '/account', paths, pages })
}

const paths = [
  '',
  '/profile',
  '/password',
  '/sessions',
  '/data',
  '/sign-in',
  '/sign-up',
  '/forgotten-password',
  '/reset-password',
  '/verify-email',
  '/invitation',
  '/first-admin',
] as const
