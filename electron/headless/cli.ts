import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import packageJson from '../package.json' with { type: 'json' }
import { createHeadlessShell } from './headless-shell.ts'
import { serveHeadless } from './serve.ts'

const root = resolve(import.meta.dirname, '../..')

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    'data-folder': { type: 'string', default: defaultDataFolder() },
    /** Where `npm run build:relay` put nps and npc. */
    'programs-folder': { type: 'string', default: join(root, 'build/out') },
  },
})

const rendererFolder = join(root, 'renderer/dist')
if (!existsSync(join(rendererFolder, 'index.html'))) {
  console.error('The pages are not built yet. Run: npm start')
  process.exit(1)
}
const shell = await createHeadlessShell({
  version: packageJson.version,
  dataFolder: resolve(values['data-folder']),
  programsFolder: resolve(values['programs-folder']),
})
const headless = await serveHeadless({ shell, rendererFolder, port: Number(values.port) })
console.log(`NPS Desktop is ready. Open this address in a browser on this computer:\n\n  ${headless.url}\n`)
console.log(
  `Data: ${shell.dataFolder} (secrets sealed by the key file in it). Ctrl+C ends it; tunnels keep running.`,
)

let closing = false
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (closing) process.exit(1)
    closing = true
    headless.close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error)
        process.exit(1)
      },
    )
  })
}

/** Where the desktop's window keeps its data too, by the habits of each system. */
function defaultDataFolder(): string {
  const home = homedir()
  if (process.platform === 'darwin') return join(home, 'Library/Application Support/NPS Desktop')
  if (process.platform === 'win32') return join(process.env['APPDATA'] ?? home, 'NPS Desktop')
  return join(process.env['XDG_DATA_HOME'] ?? join(home, '.local/share'), 'nps-desktop')
}
