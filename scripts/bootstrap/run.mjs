import { build, isBuilt } from './build.mjs'
import { unwritable } from './fault.mjs'
import { install, isInstalled } from './install.mjs'
import { alone } from './turn.mjs'

/**
 * Installs and builds what is missing or stale under `root`; silent when there is nothing to do.
 * @param {string} root the folder of the workspace's package.json
 * @throws {BootstrapFault} with a sentence for the terminal
 */
export async function bootstrap(root) {
  if (isInstalled(root) && isBuilt(root)) return
  try {
    await alone(root, async () => {
      // Asked again: the run that was waited for may have done it.
      if (!isInstalled(root)) await install(root)
      if (!isBuilt(root)) await build(root)
    })
  } catch (error) {
    throw unwritable(error.code, error.path) ?? error
  }
}
