/** The audit log is chained by seals, and what anybody changes behind it is found (checklist K04). */

import { describe, expect, it } from 'vitest'
import type { Database } from '../src/store/database.js'
import type { Instant } from '../src/store/schema.js'
import { type AuditedServer, auditedServer, expectWhole, fill, tamper } from './audit-log.js'
import { databases, newUrl } from './databases.js'
import { entry, seal as sealRow } from './store/rows.js'
import { alice, testServer } from './test-server.js'

const day = 24 * 60 * 60_000

for (const database of databases) {
  describe(`the seals of the audit log on ${database.name}`, () => {
    async function served(settings = {}): Promise<AuditedServer> {
      return auditedServer(await database.url(), { keyRotateEvery: 'off', ...settings })
    }

    it('K04 hold every entry, a thousand at most, in the order in which they were committed', async () => {
      const server = await served()
      await server.seal()
      expect(await expectWhole(server)).toMatchObject({ seals: 1 })
      const rows = await fill(server, 2_500)
      const late = await fill(server, 1, () => ({ at: 1 as Instant }))
      await server.seal()
      await fill(server, 1, () => ({ at: 2 as Instant }))
      await server.seal()
      expect(await sealsOf(server)).toEqual([
        [2, 1_000],
        [3, 1_000],
        [4, 501],
        [5, 1],
      ])
      const sealed = await server.latchkey.store.audit.find(late[0]?.id ?? '')
      expect(sealed?.seal).toBe(2)
      const verdict = await expectWhole(server)
      expect(verdict).toMatchObject({ unsealedSince: undefined, moreFaults: 0 })
      expect(verdict.entries).toBeGreaterThan(rows.length)
      expect(verdict.head).toMatchObject({ number: verdict.seals, mac: expect.any(String) })
    })

    it('are made by a server that runs, within ten seconds and without being told', async () => {
      const server = await testServer({ databaseUrl: await database.url() })
      const { store } = server.latchkey
      await expect
        .poll(() => store.audit.unsealed(1), { timeout: 10_000, interval: 200 })
        .toEqual([])
      expect(await store.auditSeals.head()).toMatchObject({ number: 1 })
    }, 30_000)

    it('K04 can be held against their newest alone, wherever those begin', async () => {
      const server = await served()
      await server.seal()
      const old = await fill(server, 1)
      await server.seal()
      const late = await fill(server, 2)
      await server.seal()
      const { verification } = server.latchkey.audit
      expect(await verification.verify({ newest: 1 })).toMatchObject({
        seals: 1,
        entries: 2,
        faults: [],
      })
      const forge = (id = '') => tamper(server, `update audit set event = 'x' where id = '${id}'`)
      await forge(old[0]?.id)
      expect((await verification.verify({ newest: 1 })).faults).toEqual([])
      expect((await verification.verify({ newest: 9 })).faults).toHaveLength(1)
      await forge(late[0]?.id)
      expect((await verification.verify({ newest: 1 })).faults).toHaveLength(1)
    })

    it('M06 are made once by several servers at the same moment', async () => {
      const databaseUrl = await database.url()
      const servers = await Promise.all([1, 2, 3].map(() => auditedServer(databaseUrl)))
      const [one] = servers
      if (one === undefined) throw new Error('There is no server')
      let written = 0
      for (let round = 0; round < 8; round++) {
        const writing = fill(one, 30)
        await Promise.all([writing, ...servers.map((server) => server.seal())])
        written += 30
      }
      await one.seal()
      const verdict = await expectWhole(one)
      expect(verdict.entries).toBeGreaterThanOrEqual(written)
      expect(verdict.unsealedSince).toBeUndefined()
    }, 60_000)

    it.each(['before', 'behind'] as const)(
      'K04 go on where a server died %s the commit of one',
      async (when) => {
        const databaseUrl = await database.url()
        const dying = await auditedServer(databaseUrl, {}, (inner) => cutOff(inner, when))
        await fill(dying, 5)
        await expect(dying.seal()).rejects.toThrow('died')
        const other = await auditedServer(databaseUrl)
        await fill(other, 5)
        await other.seal()
        const verdict = await expectWhole(other)
        expect(verdict.unsealedSince).toBeUndefined()
        expect(verdict.entries).toBeGreaterThanOrEqual(10)
      },
    )

    it('go with all that they hold when it is old enough, and what is left verifies', async () => {
      const server = await served({ auditTtl: '10d' })
      for (let today = 0; today < 30; today++) {
        await server.latchkey.users.add(
          { username: `user${today}`, password: 'x', pastPolicy: true },
          { actor: 'test' },
        )
        await server.seal()
        server.pass(day)
        await sweep(server)
        await expectWhole(server)
      }
      // With the hour of each pass nine of these days are within ten.
      expect(await expectWhole(server)).toMatchObject({ seals: 9, entries: 9 })
      // The last one stays, for the next to go on from it.
      server.pass(1_000 * day)
      await sweep(server)
      expect(await expectWhole(server)).toMatchObject({ seals: 1, entries: 1 })
      await fill(server, 1)
      await server.seal()
      await expectWhole(server)
    }, 60_000)

    it('leave what has no seal, however old it is', async () => {
      const server = await served({ auditTtl: '1d' })
      await fill(server, 3, () => ({ at: 1 as Instant }))
      server.pass(10 * day)
      await sweep(server)
      expect((await server.latchkey.store.audit.unsealed(10)).length).toBeGreaterThanOrEqual(3)
    })

    it('K04 show that the oldest were taken away before their time', async () => {
      const server = await served({ auditTtl: '10d' })
      for (let count = 0; count < 4; count++) {
        await fill(server, 1)
        await server.seal()
      }
      await server.latchkey.store.auditSeals.forget(1, 2)
      expect((await server.verify()).faults).toEqual([
        'seal 1: gone before its time, and so is all up to seal 2',
      ])
    })

    it('know for how long the log was kept when it was kept for less', async () => {
      const databaseUrl = await database.url()
      const settings = { keyRotateEvery: 'off' }
      const short = await auditedServer(databaseUrl, { ...settings, auditTtl: '2d' })
      await short.seal()
      short.pass(5 * day)
      await short.latchkey.store.audit.append(entry({ at: (Date.now() + 5 * day) as Instant }))
      await short.seal()
      await sweep(short)
      const long = await auditedServer(databaseUrl, { ...settings, auditTtl: '400d' })
      expect(await expectWhole(long)).toMatchObject({ seals: 1 })
    })

    it('K04 show any seal that was changed, taken out, put in, or made by somebody without the key', async () => {
      const server = await served()
      for (let count = 0; count < 8; count++) {
        await fill(server, 2)
        await server.seal()
      }
      const { head } = await expectWhole(server)
      for (const [statement, faults] of [
        [
          'update audit_seals set created_at = created_at + 1 where number = 2',
          [/^seal 2: it was/],
        ],
        ["update audit_seals set key_id = 'x' where number = 2", [/^seal 2: its key is not there/]],
        ['delete from audit_seals where number = 4', [/^seal 4: missing/]],
        [
          `insert into audit_seals select 9, entries, digests, latest_at, previous_mac,
            previous_latest_at, kept_for, created_at, key_id, mac from audit_seals where number = 8`,
          [/^seal 9: it does not follow seal 8/, /^seal 9: it was changed/],
        ],
        [
          "update audit_seals set kept_for = 1, mac = 'forged' where number = 6",
          [/^seal 6: it was/],
        ],
        [
          'update audit set seal = 77 where seal = 7',
          [/^seal 7: entry \S+ is gone/, /^seal 77: missing/],
        ],
        ['update audit set seal = -3 where seal = 7', [/^seal -3: missing, though entry/]],
      ] as const) {
        const before = await snapshot(server)
        await tamper(server, statement)
        const found = (await server.verify()).faults
        for (const fault of faults) {
          expect(found, statement).toContainEqual(expect.stringMatching(fault))
        }
        await restore(server, before)
        await expectWhole(server)
      }
      const kept = { number: head?.number ?? 0, mac: head?.mac ?? '' }
      const { verification } = server.latchkey.audit
      expect((await verification.verify({ kept })).faults).toEqual([])
      await tamper(server, `delete from audit_seals where number = ${kept.number}`)
      await tamper(server, `delete from audit where seal = ${kept.number}`)
      // Nothing that is left shows it: that is what a head is kept for.
      await expectWhole(server)
      expect((await verification.verify({ kept })).faults).toEqual([
        `seal ${kept.number}: it was kept and is missing: the log ends at seal ${kept.number - 1}`,
      ])
      await fill(server, 2)
      await server.seal()
      expect((await verification.verify({ kept })).faults).toEqual([
        `seal ${kept.number}: it is not the one that was kept`,
      ])
    }, 60_000)

    it('are held against the log while servers write, seal and forget', async () => {
      const server = await served({ auditTtl: '1d' })
      for (let count = 0; count < 30; count++) {
        await fill(server, 40, () => ({ at: (Date.now() - 3 * day) as Instant }))
        await server.seal()
      }
      server.pass(1)
      const verdicts = await Promise.all([
        server.verify(),
        sweep(server),
        server.verify(),
        fill(server, 50).then(() => server.seal()),
        server.verify(),
      ])
      for (const verdict of verdicts) expect(verdict?.faults ?? []).toEqual([])
      await expectWhole(server)
    })

    it('M06 are refused where the number is taken, or an entry has one already', async () => {
      const server = await served()
      await server.seal()
      const { auditSeals, audit } = server.latchkey.store
      const [row] = await fill(server, 1)
      const id = row?.id ?? ''
      expect(await auditSeals.add(sealRow({ number: 1 }), [id])).toBe(false)
      await server.seal()
      expect(await auditSeals.add(sealRow({ number: 50 }), [id])).toBe(false)
      expect((await audit.find(id))?.seal).toBe(2)
      await expectWhole(server)
    })
  })
}

describe('a server that can not seal', () => {
  it('signs in all the same, and catches up', async () => {
    let broken = true
    const server = await auditedServer(await newUrl('SQLite'), {}, (inner) =>
      onSealing(inner, (write) => (broken ? Promise.reject(new Error('died')) : write())),
    )
    await server.addUser()
    await expect(server.seal()).rejects.toThrow('died')
    expect((await server.postForm('/token', alice)).statusCode).toBe(200)
    expect((await server.verify()).unsealedSince).toBeDefined()
    broken = false
    await server.seal()
    expect((await expectWhole(server)).unsealedSince).toBeUndefined()
  })
})

/** The number and the size of each seal from the second one on. */
async function sealsOf({ latchkey }: AuditedServer): Promise<number[][]> {
  const [, ...seals] = await latchkey.store.auditSeals.after(0, 100)
  return seals.map(({ number, entries }) => [number, entries])
}

/** One pass of the clean-up through the log, whatever its turn. */
async function sweep(server: AuditedServer): Promise<undefined> {
  const { cleanUp } = server.latchkey
  await cleanUp.run()
  server.pass(61 * 60_000)
  for (let step = 0; step < 5; step++) await cleanUp.run()
}

/** A database whose process dies with a seal in its hand. */
function cutOff(inner: Database, when: 'before' | 'behind'): Database {
  return onSealing(inner, async (write) => {
    if (when === 'behind') await write()
    throw new Error('died')
  })
}

function onSealing(
  inner: Database,
  act: (write: () => ReturnType<Database['write']>) => ReturnType<Database['write']>,
): Database {
  return new Proxy(inner, {
    get(target, name) {
      if (name === 'write') {
        return (unit: Parameters<Database['write']>[0]) => {
          const write = () => target.write(unit)
          return unit[0]?.query.sql.startsWith('insert into "audit_seals"') ? act(write) : write()
        }
      }
      const value = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

async function snapshot({ latchkey, direct }: AuditedServer) {
  const seals = await latchkey.store.auditSeals.after(-1_000, 1_000)
  const entries = await direct.read(direct.build.selectFrom('audit').selectAll().compile())
  return { seals, entries }
}

async function restore(
  { direct }: AuditedServer,
  { seals, entries }: Awaited<ReturnType<typeof snapshot>>,
): Promise<void> {
  const { build } = direct
  await direct.write(
    [
      build.deleteFrom('audit'),
      build.deleteFrom('audit_seals'),
      build.insertInto('audit').values(entries),
      build.insertInto('audit_seals').values(seals),
    ].map((query) => ({ query: query.compile() })),
  )
}
