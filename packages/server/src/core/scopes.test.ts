import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Refusal } from '../errors.js'
import {
  changedScopes,
  checkGrantable,
  concerns,
  grantScopes,
  parseScope,
  scopesOfUser,
} from './scopes.js'

const scope = fc.stringMatching(/^[a-z:]{1,8}$/)
const scopes = fc.uniqueArray(fc.oneof(scope, fc.constantFrom('admin', 'introspect', 'account')))

describe('grantScopes', () => {
  it('A08 gives all but admin and introspect when none is asked for', () => {
    expect(grantScopes(undefined, ['account', 'admin', 'introspect', 'items:read'])).toEqual([
      'account',
      'items:read',
    ])
  })

  it('A08 gives exactly what is asked for, admin too, sorted and each once', () => {
    expect(grantScopes('b admin  a b', ['a', 'admin', 'b', 'c'])).toEqual(['a', 'admin', 'b'])
  })

  it.each(['b', 'a b', 'A', 'a:b', 'a\tb', 'a,b', '"a"', '__proto__', '*'])(
    'A08 refuses %j where only a is allowed',
    (asked) => {
      expect(() => grantScopes(asked, ['a'])).toThrow(Refusal)
    },
  )

  it('A08 never gives what is not allowed, whatever is asked for', () => {
    fc.assert(
      fc.property(scopes, scopes, (asked, allowed) => {
        const mayHave = asked.every((name) => allowed.includes(name))
        if (mayHave) expect(grantScopes(asked.join(' '), allowed)).toEqual([...asked].sort())
        else expect(() => grantScopes(asked.join(' '), allowed)).toThrow(Refusal)
      }),
    )
  })

  it('says nothing of what was asked for, which may be anything', () => {
    expect(() => grantScopes('s3cret', [])).toThrow(/^(?!.*s3cret)/)
  })
})

describe('parseScope', () => {
  it('sorts, and keeps each once', () => {
    expect(parseScope(' b a  b ')).toEqual(['a', 'b'])
    expect(parseScope('')).toEqual([])
  })

  it('gives every user their own account', () => {
    expect(scopesOfUser({ scopes: '' })).toEqual(['account'])
    expect(scopesOfUser({ scopes: 'items:read' })).toEqual(['account', 'items:read'])
  })
})

describe('checkGrantable', () => {
  const defined = new Map([['items:read', 'See the items']])

  it('takes any scope token where the operator defined none', () => {
    expect(() => checkGrantable(['items:write', 'admin', '!#[]~'], new Map())).not.toThrow()
  })

  it('takes only what is defined or built in where the operator defined some', () => {
    expect(() => checkGrantable(['items:read', 'admin', 'account'], defined)).not.toThrow()
    expect(() => checkGrantable(['items:raed'], defined)).toThrow(
      'The scope "items:raed" is not defined; the scopes are account, admin, introspect, items:read',
    )
  })

  it.each(['', 'a b', 'a"b', 'a\\b', 'ä', 'a\n', 'a'.repeat(65)])(
    'refuses %j, which is no scope token',
    (name) => {
      expect(() => checkGrantable([name], new Map())).toThrow(/can not be the name of a scope/)
    },
  )
})

describe('a change of scopes', () => {
  it.each([
    ['nothing', 'a b', 'b a', []],
    ['what is lost', 'a b', 'a', ['b']],
    ['what is added', 'a', 'a b', ['b']],
    ['both', 'a b', 'b c', ['a', 'c']],
  ])('is %s', (_what, before, after, expected) => {
    expect(changedScopes(before.split(' '), after.split(' '))).toEqual(expected)
  })

  it.each([
    ['one that follows what it may have', ['b'], null, ['a', 'b'], true],
    ['one that follows, by a client without limits', ['b'], null, undefined, true],
    ['none whose other side lacks the scope', ['b'], null, ['a'], false],
    ['none that must name the scope and did not', ['admin', 'introspect'], null, undefined, false],
    ['one that named it', ['admin'], 'admin a', undefined, true],
    ['none that was opened with others', ['b'], 'a', undefined, false],
    ['none whose scope only looks like it', ['read'], 'readwrite', undefined, false],
    ['one that is concerned by one of several', ['x', 'b'], 'a b', ['b'], true],
    ['none where nothing changes', [], null, undefined, false],
  ])('concerns %s', (_who, changed, held, others, expected) => {
    expect(concerns(changed, held, others)).toBe(expected)
  })
})
