/** What all mails have in common, as text and as HTML: one column, no pictures, nothing loaded from elsewhere. */

import type { LetterText } from '../../core/letters.js'

export interface Content {
  subject: string
  /** Plain text, a paragraph each. */
  paragraphs: readonly string[]
  /** What to do, if there is something. */
  link?: { label: string; url: string }
  /** After the link. */
  closing?: readonly string[]
}

/** @param site the host that people know the server by */
export function letterText(
  { subject, paragraphs, link, closing = [] }: Content,
  site: string,
): LetterText {
  const last = `This mail was sent by ${site}. Nobody reads answers to it.`
  const text = [
    ...paragraphs,
    ...(link ? [`${link.label}:\n${link.url}`] : []),
    ...closing,
    `--\n${last}`,
  ]
  const html = [
    ...paragraphs.map(paragraph),
    ...(link ? [button(link), paragraph('Or open this address:'), address(link.url)] : []),
    ...closing.map(paragraph),
    `<p style="margin:32px 0 0;font-size:14px;color:#57606a">${escaped(last)}</p>`,
  ]
  return { subject, text: `${text.join('\n\n')}\n`, html: page(subject, html) }
}

function page(title: string, parts: readonly string[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title>
</head>
<body style="margin:0;padding:24px;background:#ffffff;color:#1f2328;font:16px/1.5 system-ui,sans-serif">
<main style="max-width:560px;margin:0 auto">
<h1 style="margin:0 0 24px;font-size:20px">${escaped(title)}</h1>
${parts.join('\n')}
</main>
</body>
</html>
`
}

function paragraph(text: string): string {
  return `<p style="margin:0 0 16px">${escaped(text)}</p>`
}

function button({ label, url }: { label: string; url: string }): string {
  const style =
    'display:inline-block;padding:12px 20px;border-radius:6px;background:#0b5394;color:#ffffff;text-decoration:none'
  return `<p style="margin:24px 0"><a href="${escaped(url)}" style="${style}">${escaped(label)}</a></p>`
}

function address(url: string): string {
  return `<p style="margin:0 0 16px;word-break:break-all"><a href="${escaped(url)}" style="color:#0b5394">${escaped(url)}</a></p>`
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '')
}
