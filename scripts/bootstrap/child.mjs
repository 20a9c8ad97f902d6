import { spawn } from 'node:child_process'

/**
 * Runs a script by this same Node and keeps what it prints.
 * @param {string[]} args the script's path, then its arguments
 * @param {string} cwd
 * @returns {Promise<{ status: number | null, output: string }>}
 */
export function runNode(args, cwd) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    const collect = (chunk) => {
      output += chunk
    }
    child.stdout.setEncoding('utf8').on('data', collect)
    child.stderr.setEncoding('utf8').on('data', collect)
    child.on('error', reject)
    child.on('close', (status) => resolve({ status, output }))
  })
}
