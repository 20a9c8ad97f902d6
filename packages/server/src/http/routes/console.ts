import type { FastifyInstance } from 'fastify'
import { type WebPages, webPagesRoutes } from './web-pages.js'

/** `/console` and below: where an admin looks and acts, by the routes under `/admin`. */
export function consoleRoutes(app: FastifyInstance, pages: WebPages): void {
  webPagesRoutes(app, { base: '/console', paths, pages })
}

const paths = [
  '',
  '/sign-in',
  '/users',
  '/users/import',
  '/users/:id',
  '/sessions',
  '/clients',
  '/scopes',
  '/keys',
  '/audit',
  '/mails',
  '/health',
  '/inspect',
] as const
