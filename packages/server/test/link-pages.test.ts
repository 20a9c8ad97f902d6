/** `/account/...`: what the pages behind links are answered with. `test/browser` opens them. */

import { expect, it } from 'vitest'
import { testServer } from './test-server.js'

const pages = ['reset-password', 'verify-email', 'invitation', 'first-admin']

it('CSP lets the pages load and call nothing but this server, and keeps them out of frames and caches', async () => {
  const { app } = await testServer()
  for (const name of pages) {
    const page = await app.inject(`/account/${name}?token=x`)
    expect(page.statusCode).toBe(200)
    expect(page.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    })
    const policy = String(page.headers['content-security-policy']).split('; ')
    for (const rule of ["default-src 'none'", "script-src 'self'", "style-src 'self'"]) {
      expect(policy).toContain(rule)
    }
    for (const rule of ["form-action 'none'", "base-uri 'none'", "frame-ancestors 'none'"]) {
      expect(policy).toContain(rule)
    }
    expect(policy.join()).not.toMatch(/unsafe|\*|https?:/)
    expect(page.body).toMatch(/^<!doctype html>\n<html lang="en">/)
    const [, title] = /<title>(.+)<\/title>/.exec(page.body) ?? []
    expect(page.body).toContain(`<h1 id="title">${title}</h1>`)
    expect(page.body).not.toMatch(/\{\{|\}\}/)
    expect(page.body).not.toMatch(/<style|<script>|style=|\son\w+=|token=x/)
    const named = [...page.body.matchAll(/(?:src|href)="([^":]+)"/g)].map(([, path = '']) => path)
    expect(named).toEqual(['link-page.css', 'link-page.js'])
  }
  for (const [file, type] of [
    ['link-page.js', 'text/javascript'],
    ['link-page.css', 'text/css'],
  ]) {
    const answer = await app.inject(`/account/${file}`)
    expect(answer.headers['content-type']).toBe(`${type}; charset=utf-8`)
  }
})

it('answers 405 to what is no reading, and 404 to what is no page', async () => {
  const { app } = await testServer()
  const posted = await app.inject({ method: 'POST', url: '/account/invitation' })
  expect([posted.statusCode, posted.headers.allow]).toEqual([405, 'GET'])
  for (const path of ['x', '..%2fpackage.json', 'reset-password.html']) {
    expect((await app.inject(`/account/${path}`)).statusCode).toBe(404)
  }
})

it('leaves the pages out where links lead to others', async () => {
  const { app } = await testServer({ accountUrl: 'https://app.example.com/account' })
  for (const name of pages) expect((await app.inject(`/account/${name}`)).statusCode).toBe(404)
})
