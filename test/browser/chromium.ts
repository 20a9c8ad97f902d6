/**
 * A real Chromium for tests: `$CHROMIUM_PATH`, else the system's, else an installed Chrome, else
 * the one that comes with the development dependencies (Linux on x64 only).
 */

import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { type Browser, chromium, type LaunchOptions } from 'playwright-core'

/** Starts a browser of one's own; close it when done. Tabs that share a session are pages of one context. */
export async function launchChromium(): Promise<Browser> {
  const system = process.env.CHROMIUM_PATH ?? systemChromium.find(existsSync)
  if (system !== undefined) return chromium.launch({ executablePath: system, args: flags })
  try {
    return await chromium.launch({ channel: 'chrome', args: flags })
  } catch {
    return chromium.launch({ ...bundledChromium(), args: flags })
  }
}

const systemChromium = ['/usr/bin/chromium', '/usr/bin/chromium-browser']

/** Nothing that the browser would fetch for itself, and no feature that hides a fault of the page. */
const flags = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

function bundledChromium(): LaunchOptions {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error('These tests need a browser: install Chrome or set CHROMIUM_PATH.')
  }
  const folder = unpackedChromium()
  return {
    executablePath: join(folder, 'chromium'),
    env: {
      ...process.env,
      LD_LIBRARY_PATH: join(folder, 'al2023/lib'),
      FONTCONFIG_PATH: join(folder, 'fonts'),
    },
  }
}

const nodeModules = join(import.meta.dirname, '../../node_modules')

/** Once per version, and whole or not at all: test files run in processes of their own. */
function unpackedChromium(): string {
  const manifest = readFileSync(join(nodeModules, '@sparticuz/chromium/package.json'), 'utf8')
  const { version } = JSON.parse(manifest) as { version: string }
  const cache = join(nodeModules, '.cache/latchkey')
  const folder = join(cache, `chromium-${version}`)
  if (existsSync(folder)) return folder
  mkdirSync(cache, { recursive: true })
  const draft = mkdtempSync(join(cache, 'chromium-draft-'))
  try {
    unpackInto(draft)
    writeFileSync(join(draft, 'fonts/fonts.conf'), fontsBeside)
    renameSync(draft, folder)
  } catch (error) {
    // Another process may have been first.
    if (!existsSync(folder)) throw error
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
  return folder
}

/** The package unpacks into the folder for temporary files, and its libraries only where it takes the machine for a bare one. */
function unpackInto(folder: string): void {
  const script = "await (await import('@sparticuz/chromium')).default.executablePath()"
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', script],
    {
      cwd: import.meta.dirname,
      encoding: 'utf8',
      env: { ...process.env, TMPDIR: folder, AWS_LAMBDA_JS_RUNTIME: 'nodejs20.x' },
    },
  )
  if (status !== 0) throw new Error(`Chromium can't be unpacked: ${stderr}`)
}

/** The package's own file looks for the fonts in /tmp, and without a font the browser crashes. */
const fontsBeside = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`
