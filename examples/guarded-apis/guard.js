// Who may call: those with an access token that the server at ISSUER made for AUDIENCE.
import { createGuard } from '@latchkey/guard'

export const guard = createGuard({
  issuer: process.env.ISSUER ?? 'http://127.0.0.1:8000',
  audience: process.env.AUDIENCE ?? 'http://127.0.0.1:8000',
  scopes: ['items:read'],
  onFault: (fault) => console.warn(fault),
})

export const port = Number(process.env.PORT ?? 9000)

export function itemsOf(owner) {
  return [{ item_id: 'Foo', owner }]
}
