/** What a person at the terminal can put right; its message is all that is printed. */
export class BootstrapFault extends Error {
  name = 'BootstrapFault'
}

const reasons = new Map([
  ['EACCES', 'permission denied'],
  ['EPERM', 'permission denied'],
  ['EROFS', 'the file system is read-only'],
  ['ENOSPC', 'the disk is full'],
  ['EDQUOT', 'the disk quota is used up'],
])

/**
 * The sentence for a folder or file that can't be written.
 * @param {string | undefined} code an errno name
 * @param {string} path
 * @returns {BootstrapFault | undefined} nothing when the code means something else
 */
export function unwritable(code, path) {
  const reason = reasons.get(code ?? '')
  return reason && new BootstrapFault(`Latchkey can't write to ${path}: ${reason} (${code}).`)
}
