import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import packageJson from '../package.json' with { type: 'json' }
import { createHeadlessShell } from './headless-shell.ts'
import { serveHeadless } from './serve.ts'

const root = resolve(import.meta.dirname, '../..')

const defaultDownloads = join(homedir(), 'Downloads')

const usage = `NPS Desktop ${packageJson.version} without a window: it serves its pages to a browser on this computer.
“npm start” does so where there is no display, and everywhere with one of these, as in: npm start -- --port=8123

--port=0              on 127.0.0.1; 0 is any free one
--data-folder=...     default ${defaultDataFolder()}
--programs-folder=... where nps and npc for servers lie, default ${join(root, 'build/out')}
--downloads-folder=.. where files of a lab box are downloaded to, default ${defaultDownloads}
--help                this text`

const { values } = readArguments()
if (values.help) {
  console.log(usage)
  process.exit(0)
}

const port = Number(values.port)
if (!Number.isInteger(port) || port < 0 || port > 65_535)
  end(`--port ${values.port} is no port. Use a number from 1 to 65535, or leave it out for a free one.`)
const rendererFolder = join(root, 'renderer/dist')
if (!existsSync(join(rendererFolder, 'index.html'))) end('The pages are not built yet. Run: npm start')
const dataFolder = resolve(values['data-folder'])
const headless = await createHeadlessShell({
  version: packageJson.version,
  dataFolder,
  programsFolder: resolve(values['programs-folder']),
  downloadsFolder: resolve(values['downloads-folder']),
})
  .then((shell) => serveHeadless({ shell, rendererFolder, port }))
  // what can go wrong here is told by its message: a data folder in use, a taken port, a full disk
  .catch((error: unknown) => end(error instanceof Error ? error.message : String(error)))
console.log(`NPS Desktop is ready. Open this address in a browser on this computer:\n\n  ${headless.url}\n`)
console.log(
  `Data: ${dataFolder} (secrets sealed by the key file in it). Ctrl+C ends it, and with it a trial and the ports on this computer. What is open to anyone on your servers keeps running.`,
)

/** One Ctrl+C comes twice, from the terminal to the whole group and from `npm start`; a person who insists takes longer. */
const sameWishMs = 1_000
let closingSinceMs: number | undefined
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (closingSinceMs !== undefined) {
      if (performance.now() - closingSinceMs > sameWishMs) process.exit(1)
      return
    }
    closingSinceMs = performance.now()
    headless.close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error)
        process.exit(1)
      },
    )
  })
}

function readArguments() {
  try {
    return parseArgs({
      options: {
        port: { type: 'string', default: '0' },
        'data-folder': { type: 'string', default: defaultDataFolder() },
        /** Where `npm run build:relay` put nps and npc. */
        'programs-folder': { type: 'string', default: join(root, 'build/out') },
        'downloads-folder': { type: 'string', default: defaultDownloads },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
  } catch (error) {
    end(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
  }
}

/** One line for a person, and an exit code for a script. */
function end(message: string): never {
  console.error(message)
  process.exit(1)
}

/** A folder of its own: the secrets of the desktop's window are sealed by the keychain, which is out of reach here. */
function defaultDataFolder(): string {
  const home = homedir()
  if (process.platform === 'darwin') return join(home, 'Library/Application Support/NPS Desktop headless')
  if (process.platform === 'win32') return join(process.env['APPDATA'] ?? home, 'NPS Desktop headless')
  return join(process.env['XDG_DATA_HOME'] ?? join(home, '.local/share'), 'nps-desktop')
}
