import { usernameKey } from './core/names.js'
import { demoUser } from './demo-user.js'
import type { Latchkey } from './latchkey.js'
import type { Check } from './store/database.js'

/** Whether the demo's user is still there, with the password that everybody knows: for `latchkey doctor`. */
export async function examineDemoUser({ store, passwords }: Latchkey): Promise<Check[]> {
  const { username, password } = demoUser
  const user = await store.users.findByLogin({ usernameKey: usernameKey(username) ?? '' })
  if (user === undefined || user.disabled === 1) return []
  const { matches } = await passwords.verify(user.hash, password)
  if (!matches) return []
  const detail = `the demo's user ${username} can sign in here with the password that its documentation shows`
  const remedy = `\`latchkey user delete ${username}\`, unless this is the demo`
  return [{ check: 'users', verdict: 'warns', detail, remedy }]
}
