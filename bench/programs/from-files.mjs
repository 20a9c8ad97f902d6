// The program as it is compiled, file by file and not bundled: there a file can be exchanged at load.
const { main } = await import('../../packages/server/dist/cli/main.js')
process.exitCode = await main(process.argv.slice(2))
