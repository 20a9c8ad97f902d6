import type { Letter } from '../core/letters.js'
import type { Latchkey } from '../latchkey.js'
import type { TestMail } from './test-server.js'

/** What a server would have sent, oldest first. */
export async function mailsOf({ mails, letters }: Latchkey, to?: string): Promise<TestMail[]> {
  const found: TestMail[] = []
  let after: string | undefined
  do {
    const page = await mails.list({ limit: 999, ...(after !== undefined && { after }) })
    for (const row of page.rows) {
      const letter = letters.of(row)
      if (letter !== undefined && (to === undefined || to === letter.to)) {
        found.push(mailOf(row.kind, letter))
      }
    }
    after = page.next ?? undefined
  } while (after !== undefined)
  return found.toReversed()
}

function mailOf(kind: string, { to, subject, text, html }: Letter): TestMail {
  const [link, token] = /^https?:\/\/\S+#token=([\w-]+)$/m.exec(text) ?? []
  return { kind, to, subject, text, html, link, token }
}
