// Writes docs/settings.md from the server's table of settings, as it was built. With --check it
// writes nothing, and ends with 1 when the page is not what it would write.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import {
  environmentName,
  settingKeys,
  settings,
} from '../packages/server/dist/settings/settings.js'

const page = new URL('../docs/settings.md', import.meta.url)

const groups = {
  'Who and where it is': [
    'issuer',
    'audience',
    'host',
    'port',
    'trustedProxies',
    'forwardedHeader',
  ],
  'What it keeps': [
    'databaseUrl',
    'databaseReplicaUrl',
    'secretKey',
    'secretKeyPrevious',
    'auditTtl',
  ],
  Tokens: [
    'signingAlgorithm',
    'hs256Secret',
    'hs256SecretPrevious',
    'tokenEncryption',
    'accessTokenTtl',
    'subject',
    'scopes',
    'claims',
  ],
  'Signing keys': ['keyPublishAhead', 'keyRotateEvery'],
  Sessions: ['refreshIdleTtl', 'sessionTtl', 'refreshGrace', 'statusTtl', 'corsOrigins'],
  'Signing in': [
    'firstPartyClient',
    'passwordGrant',
    'passwordMinLength',
    'breachedPasswords',
    'passwordHash',
  ],
  Throttling: [
    'failuresPerName',
    'failuresPerNetwork',
    'failuresOverall',
    'challenge',
    'challengeWork',
    'mailsPerNetwork',
  ],
  Accounts: ['registration', 'newUserScopes', 'accountUrl'],
  'Account pages': ['brandName', 'brandColor', 'brandLogo', 'language', 'pageTexts', 'webClient'],
  Mail: ['smtpUrl', 'mailFrom'],
  'Running it': [
    'workers',
    'maxConnections',
    'keepAlive',
    'maxEventLoopDelay',
    'drain',
    'console',
    'metrics',
    'metricsToken',
    'logLevel',
  ],
}

const introduction = `# Settings

<!-- Written by scripts/settings-page.mjs from packages/server/src/settings/settings.ts. -->

All settings are environment variables; an app that embeds Latchkey may give them as options too, in
camelCase (\`accessTokenTtl\` for \`LATCHKEY_ACCESS_TOKEN_TTL\`), and what it gives wins. They are
checked together at the start, and every fault is reported at once; an unknown \`LATCHKEY_\` name is
one of them. An empty variable counts as not given.

- **Secrets** are never shown, and may come from a file: \`LATCHKEY_SECRET_KEY_FILE=/run/secrets/key\`
  in place of \`LATCHKEY_SECRET_KEY\`.
- **Durations** are written \`10s\`, \`30m\`, \`12h\`, \`90d\`.
- \`latchkey doctor\` says what it makes of them.
`

const ready = settingKeys.filter((key) => settings[key].awaits === undefined)
const awaited = settingKeys.filter((key) => settings[key].awaits !== undefined)

const lines = [
  introduction,
  ...Object.entries(groups).flatMap(([title, keys]) => [
    `## ${title}`,
    '',
    ...table(
      ['Name', 'What it is', 'Should be', 'Default'],
      keys.map((key) => [nameOf(key), settings[key].help, formOf(key), defaultOf(key)]),
    ),
    '',
  ]),
  '## Not in this version yet',
  '',
  'These are known, and refused until the feature that they belong to is there.',
  '',
  ...table(
    ['Name', 'What it is', 'Comes with'],
    awaited.map((key) => [nameOf(key), settings[key].help, settings[key].awaits]),
  ),
]

function nameOf(key) {
  const name = environmentName(key)
  return settings[key].secret ? `\`${name}\` or \`${name}_FILE\`` : `\`${name}\``
}

/** In the words of the fault that is reported for what no setting can be. */
function formOf(key) {
  const { text = 'should be any text' } = settings[key].value.parse('\0')
  return text.replace(/^should be /, '')
}

function defaultOf(key) {
  const { fallback } = settings[key]
  return fallback ? `\`${fallback}\`` : ''
}

function table(headings, rows) {
  return [headings, headings.map(() => '---'), ...rows].map(
    (row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`,
  )
}

function checkGroups() {
  const grouped = Object.values(groups).flat()
  const faults = [
    ...ready.filter((key) => !grouped.includes(key)).map((key) => `${key} has no group`),
    ...grouped
      .filter((key) => !ready.includes(key))
      .map((key) => `${key} is no setting that works`),
  ]
  if (faults.length > 0) throw new Error(`scripts/settings-page.mjs: ${faults.join(', ')}`)
}

checkGroups()
const text = `${lines.join('\n')}\n`
if (!process.argv.includes('--check')) {
  writeFileSync(page, text)
} else if (!existsSync(page) || readFileSync(page, 'utf8') !== text) {
  console.error('docs/settings.md is not what the settings say: run node scripts/settings-page.mjs')
  process.exitCode = 1
}
