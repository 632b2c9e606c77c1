import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { electronArguments, electronBinary } from './electron-binary.ts'
import { opensWindow } from './opens-window.ts'

/**
 * `npm start`: builds what is not built, then opens the app; without a display, or with a flag, it serves the app to a browser.
 */
const root = resolve(import.meta.dirname, '..')
/** What the loader and Electron exit with when a library of the desktop is missing. */
const cannotStartCode = 127
const headless = join(root, 'electron/headless/cli.ts')
const flags = process.argv.slice(2)

// a question that no build has to precede
if (flags.includes('--help') || flags.includes('-h')) process.exit(await run('node', [headless, ...flags]))

// xz saves an upload of 13 MB and costs minutes here: `npm run build:relay` makes it for a release
for (const args of [
  ['run', '--silent', 'build'],
  ['run', '--silent', 'build:relay', '--', '--no-xz'],
]) {
  const code = await run('npm', args)
  if (code !== 0) process.exit(code)
}
if (opensWindow(flags, process.platform, process.env)) {
  const code = await run(await electronBinary(), [
    ...electronArguments,
    join(root, 'electron/dist/app/main.js'),
  ])
  if (code !== cannotStartCode) process.exit(code)
  console.log(
    'Electron misses libraries of this system (the lines above name them), so the app is served to a browser.',
  )
}
process.exit(await run('node', [headless, ...flags]))

/** Runs a program on this terminal and passes the ending signals on to it. Answers its exit code. */
async function run(command: string, args: string[]): Promise<number> {
  const child = spawn(command, args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' })
  const pass = (signal: NodeJS.Signals) => child.kill(signal)
  process.on('SIGINT', pass).on('SIGTERM', pass).on('SIGHUP', pass)
  const [code] = (await once(child, 'exit')) as [number | null]
  process.off('SIGINT', pass).off('SIGTERM', pass).off('SIGHUP', pass)
  return code ?? 1
}
