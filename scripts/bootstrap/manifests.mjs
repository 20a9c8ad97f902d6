import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The file's JSON, or undefined where there is no such file. */
export function readJson(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined
}

/**
 * The folders that the root's `workspaces` name, which are either plain paths or `folder/*`.
 * @param {string} root
 * @returns {string[]} relative to the root, sorted
 */
export function workspaceFolders(root) {
  const { workspaces = [] } = readJson(join(root, 'package.json')) ?? {}
  const folders = workspaces.flatMap((pattern) => {
    if (!pattern.endsWith('/*')) return [pattern]
    const parent = pattern.slice(0, -2)
    if (!existsSync(join(root, parent))) return []
    return readdirSync(join(root, parent)).map((name) => `${parent}/${name}`)
  })
  return folders.filter((folder) => existsSync(join(root, folder, 'package.json'))).sort()
}
