import { describe, expect, it, vi } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { run } from './run.js'

// Many processes: on a busy machine they take their time.
vi.setConfig({ testTimeout: 120_000 })

describe('latchkey', () => {
  it('L02 ends with 2 and shows the usage on standard error when it is called wrongly', async () => {
    const wrong = [
      [],
      ['nonsense'],
      ['user'],
      ['user', 'add'],
      ['user', 'add', 'alice', 'hunter2hunter2'],
      ['user', 'add', 'alice', '--password', 'hunter2hunter2'],
      ['user', 'list', '--limit', '0'],
      ['user', 'list', '--limit', '1e2'],
      ['user', 'list', '--limit', '1001'],
      ['token', 'inspect', 'a', 'b'],
      ['serve', 'now'],
    ]
    const finished = await Promise.all(wrong.map((args) => run(args)))
    for (const [at, { status, stdout, stderr }] of finished.entries()) {
      expect({ args: wrong[at], status, stdout }).toEqual({
        args: wrong[at],
        status: 2,
        stdout: '',
      })
      expect(stderr).toContain('Usage: latchkey')
      expect(stderr).not.toContain('hunter2')
      expect(stderr).not.toMatch(/^ +at /m)
    }
  })

  it('ends with 0 when it is asked for help or its version, on standard output', async () => {
    const [version, help, helpOfUser] = await Promise.all([
      run(['--version']),
      run(['--help']),
      run(['user', 'add', '--help']),
    ])
    expect(version).toEqual({ status: 0, stdout: `${manifest.version}\n`, stderr: '' })
    for (const command of ['serve', 'demo', 'user', 'key', 'token', 'migrate', 'doctor']) {
      expect(help.stdout).toMatch(new RegExp(`^  ${command} `, 'm'))
    }
    expect({ ...help, stdout: '' }).toEqual({ status: 0, stdout: '', stderr: '' })
    expect(helpOfUser.stdout).toContain('--email-verified')
  })

  it('L01 ends with 1 and names every fault when the settings are wrong', async () => {
    const env = { LATCHKEY_PORT: 'x', LATCHKEY_ISUER: 'y', LATCHKEY_SECRET_KEY: 'hunter2hunter2' }
    for (const { status, stdout, stderr } of await Promise.all([
      run(['user', 'list'], { env }),
      run(['serve'], { env }),
    ])) {
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
      expect(stderr).toMatch(/^- LATCHKEY_ISUER .*LATCHKEY_ISSUER\?$/m)
      expect(stderr).toMatch(/^- LATCHKEY_PORT is "x" but/m)
      expect(stderr).toMatch(/^- LATCHKEY_SECRET_KEY should be/m)
      expect(stderr).not.toContain('hunter2')
    }
  })
})
