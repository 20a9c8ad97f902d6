import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { expect, inject, it, onTestFinished } from 'vitest'
import { openStore } from '../../packages/server/src/store/open.js'
import { administer } from '../../packages/server/test/postgres-roles.js'
import { codeBlocks } from './code-blocks.js'

const statements = codeBlocks()
  .filter(({ kind }) => kind === 'sql')
  .flatMap(({ text }) => text.split(';'))
  .map((statement) => statement.trim())
  .filter((statement) => statement !== '')

it('what docs/postgres.md has an administrator run makes all that Latchkey needs', async () => {
  const name = `latchkey_test_${randomBytes(8).toString('hex')}`
  const [database = '', ...rest] = statements.map((text) => text.replaceAll('latchkey', name))
  expect(database).toMatch(/^create database/)
  expect(rest.length).toBeGreaterThan(5)
  const admin = inject('postgresUrl')
  onTestFinished(() =>
    administer(
      admin,
      `drop database if exists ${name} with (force)`,
      `drop role if exists ${name}_owner, ${name}_service`,
    ),
  )
  await administer(admin, database)
  const url = new URL(admin)
  url.pathname = `/${name}`
  await administer(url.href, ...rest)

  const as = (role: string) => {
    const theirs = new URL(url)
    theirs.username = `${name}_${role}`
    theirs.password = '...'
    return theirs.href
  }
  const owner = await openStore(as('owner'))
  await owner.close()
  const service = await openStore(as('service'))
  onTestFinished(() => service.close())
  const checks = await service.examine()
  for (const check of ['encoding', 'rights', 'migrations']) {
    expect(checks).toContainEqual(expect.objectContaining({ check, verdict: 'holds' }))
  }
  await expect(administer(as('service'), 'create table more (id text)')).rejects.toThrow(
    pg.DatabaseError,
  )
})
