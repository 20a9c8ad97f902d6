/** The console's first page: its graphs hold against what the test has counted. */

import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { alice, type TestServer } from '../../packages/server/test/test-server.js'
import {
  darkPhone,
  expectAccessible,
  heading,
  look,
  openBrowser,
  openConsole,
  press,
  withAdmin,
} from './pages.js'

openBrowser()

const hour = 60 * 60_000
const day = 24 * hour
/** What has succeeded, in the light. */
const green = '27,110,60'

it('shows what has happened in the last hour, day and month, and goes on as it happens', async () => {
  const { server, address } = await served()
  const { page, complaints, requests } = await openConsole(address)
  await heading(page, 'Overview')
  await page.getByText('Nobody has signed in in this time').waitFor()
  await expectAccessible(page)
  await look(page, 'console-overview-empty')

  await past(server)
  await page.evaluate(() => window.dispatchEvent(new Event('visibilitychange')))
  await page.getByText('4 succeeded, 6 did not.').waitFor()
  await press(page, 'Day')
  await page.getByText('6 succeeded, 7 did not.').waitFor()
  expect(new URL(page.url()).search).toBe('?span=day')
  await press(page, 'Month')
  // The admin's own is one.
  await page.getByText('16 succeeded, 7 did not.').waitFor()
  await page.clock.install()
  await page.reload()
  const signIns = page.getByRole('region', { name: 'Sign-ins', exact: true })
  await signIns.getByText('As a table').click()
  // The table is made when it is opened.
  await signIns.locator('.sum').waitFor()
  expect(await signIns.locator('.sum td').allInnerTexts()).toEqual(['16', '4', '1', '2', '0'])
  expect(await tile(page, 'Failed sign-ins')).toBe('7')
  expect(await tile(page, 'Throttled attempts')).toBe('2')

  await signIns.locator('.plot').hover({ position: { x: 300, y: 100 } })
  await signIns.locator('.legend b').first().waitFor()
  await look(page, 'console-overview')
  await expectAccessible(page)
  expect(await signIns.locator('canvas').evaluate(coloursOf)).toEqual(
    expect.arrayContaining([green, '196,69,60', '106,63,160', '184,110,0']),
  )

  await server.postForm('/token', alice)
  await server.latchkey.statisticsRecorder.now()
  await page.clock.fastForward(10_000)
  await page.getByText('17 succeeded, 7 did not.').waitFor()
  await page.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { value: 'hidden' })
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
  })
  const before = requests.length
  await page.clock.fastForward(60_000)
  expect(requests.slice(before)).toEqual([])
  expect(complaints).toEqual([])
  expect(requests.every((line) => line.split(' ')[1]?.startsWith(address))).toBe(true)
})

it('is drawn on a phone, in the dark, in German, and takes what room there is', async () => {
  const { server, address } = await served()
  await past(server)
  const { page, complaints } = await openConsole(address, '/?span=month', darkPhone)
  await heading(page, 'Übersicht')
  const canvas = page.locator('.plot canvas').first()
  await canvas.waitFor()
  await expectAccessible(page)
  await look(page, 'console-overview-phone')
  await page.setViewportSize({ width: 740, height: 360 })
  await expect.poll(async () => (await canvas.boundingBox())?.width).toBeGreaterThan(400)
  expect(await canvas.evaluate(coloursOf)).not.toContain(green)
  await page.emulateMedia({ colorScheme: 'light' })
  await expect.poll(() => canvas.evaluate(coloursOf)).toContain(green)
  expect(complaints).toEqual([])
})

/** It writes down what it counts when the test says so. */
async function served() {
  const at = await withAdmin({ failuresPerName: '3/1h' })
  await at.server.latchkey.statisticsRecorder.stop()
  await at.server.addUser()
  await at.server.addUser({ username: 'bob' })
  await at.server.latchkey.users.setDisabled('bob', true, { actor: 'test' })
  return at
}

/** What happens in some weeks, in the last day, and in the last hour. */
async function past(server: TestServer): Promise<void> {
  const { statisticsRecorder: recorder } = server.latchkey
  const attempts = async (times: number, fields: Record<string, string> = {}) => {
    for (let at = 0; at < times; at++) await server.postForm('/token', { ...alice, ...fields })
  }
  for (let days = 0; days < 18; days += 2) {
    await attempts(1)
    await recorder.now()
    server.pass(2 * day)
  }
  await attempts(2)
  await attempts(1, { username: 'bob' })
  await recorder.now()
  server.pass(5 * hour)
  await attempts(4)
  await attempts(1, { password: 'wrong' })
  // Three are free.
  await attempts(5, { username: 'nobody' })
  await recorder.now()
}

function tile(page: Page, name: string): Promise<string> {
  return page.locator('.tiles > div', { hasText: name }).locator('dd').innerText()
}

/** The colours of a picture. */
function coloursOf(canvas: SVGElement | HTMLElement): string[] {
  const context = canvas instanceof HTMLCanvasElement ? canvas.getContext('2d') : null
  if (context === null) return []
  const { data } = context.getImageData(0, 0, context.canvas.width, context.canvas.height)
  const colours = new Set<string>()
  for (let at = 0; at < data.length; at += 4) colours.add([...data.slice(at, at + 3)].join())
  return [...colours]
}
