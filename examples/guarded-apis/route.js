// A route handler as Next.js has them: in app/items/route.js. Other platforms with `Request` do alike.
import { guard, itemsOf } from './guard.js'

export async function GET(request) {
  const { principal, refusal } = await guard.check(request, ['items:read'])
  return refusal ?? Response.json(itemsOf(principal.subject))
}
