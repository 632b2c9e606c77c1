import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '../../../relay-core/src/testing/free-port.ts'
import { serviceNames, startPair, type ComparedPair, type Visitors } from '../compared-pair.ts'
import { MeasuredProgram } from '../measured-program.ts'

const run = promisify(execFile)
const built = resolve(import.meta.dirname, '../../../build/out')
const vkey = 'a-key-for-the-bench-0123456789ab'

interface OurPair {
  readonly name: string
  readonly what: string
  readonly nps: string
  readonly npc: string
  /** Beside those that both programs know. */
  readonly agentArgs: (folder: string) => readonly string[]
  readonly isVariant?: boolean
  /** By private tunnels, past the relay. */
  readonly isDirect?: true
}

/** Our relay with an agent, both driven as a person at a shell would. */
function pairWithOurRelay({
  name,
  what,
  nps,
  npc,
  agentArgs,
  isVariant = false,
  isDirect,
}: OurPair): ComparedPair {
  return {
    name,
    what,
    comesBack: true,
    isPrivateToo: npc.endsWith('npc-linux-amd64'),
    isVariant,
    ...(isDirect && { isDirect }),
    missing: () => [nps, npc].map(absent).find((reason) => reason !== undefined),
    start: (services, place) =>
      startPair(place, async ({ folder, bridgePort, ports }) => {
        const { relayHost, targetHost, server, lab, visitor } = place
        await mkdir(join(folder, 'conf'))
        await writeFile(
          join(folder, 'conf', 'nps.conf'),
          `bridge_ip=${relayHost}\nbridge_port=${bridgePort}\nstock_protocol=true\nweb_port=\nallow_ports=\n`,
        )
        const npsCommand = (...args: string[]) =>
          server({ program: nps, args: [...args, `-conf_path=${folder}`] })
        const ask = async (...args: string[]) => {
          const command = npsCommand(...args)
          await run(command.program, command.args, { timeout: 30_000 })
        }
        return {
          startRelay: async () => {
            const relay = new MeasuredProgram(npsCommand(), { cwd: folder })
            await relay.says(/nps runs/)
            return relay
          },
          startAgent: async (relay) => {
            await ask('client', 'add', '-name=lab', `-vkey=${vkey}`)
            for (const service of serviceNames) {
              const target = `${targetHost}:${services[service]}`
              const way = isDirect
                ? ['-mode=private', `-password=${passwordOf(service)}`]
                : ['-mode=tcp', `-port=${ports[service]}`]
              await ask('tunnel', 'add', '-client=1', ...way, `-target=${target}`)
            }
            const args = [`-server=${relayHost}:${bridgePort}`, `-vkey=${vkey}`, ...agentArgs(folder)]
            const agent = new MeasuredProgram(lab({ program: npc, args }), { cwd: folder, home: folder })
            await relay.says(/agent online/)
            return agent
          },
          callRelay: () => ask('client', 'list'),
          visitPrivately: async (target) => {
            const password = randomBytes(16).toString('hex')
            await ask(
              'tunnel',
              'add',
              '-client=1',
              '-mode=private',
              `-password=${password}`,
              `-target=${target}`,
            )
            const port = await freePort()
            const args = [
              `-server=${relayHost}:${bridgePort}`,
              `-password=${password}`,
              `-local_port=${port}`,
              // All is to pass the server's line.
              '-direct=no',
              `-conf_path=${join(folder, `visitor-${port}`)}`,
            ]
            const laptop = new MeasuredProgram(visitor({ program: npc, args }), { cwd: folder, home: folder })
            await laptop.says(/listens on this machine/)
            return { port, close: () => laptop.kill() }
          },
          ...(isDirect && {
            startVisitors: async (visitors: Visitors) => {
              for (const service of serviceNames) {
                const own = join(folder, service)
                const args = [
                  `-server=${relayHost}:${bridgePort}`,
                  `-password=${passwordOf(service)}`,
                  `-local_port=${ports[service]}`,
                  `-conf_path=${own}`,
                ]
                const program = new MeasuredProgram(visitor({ program: npc, args }), {
                  cwd: folder,
                  home: folder,
                })
                visitors[service] = program
                await program.says(/listens on this machine/)
              }
            },
          }),
        }
      }),
  }
}

/** Our npc keeps its identity there; stock npc knows no such flag. */
const ownFolder = (folder: string) => [`-conf_path=${join(folder, 'npc')}`]

const passwordOf = (service: string) => `a-password-of-the-${service}-tunnel`

const ourProgram = (program: 'nps' | 'npc', folder = built) => join(folder, `${program}-linux-amd64`)

export const ours = pairWithOurRelay({
  name: 'ours',
  what: 'our nps and npc as shipped: native protocol, TLS 1.3',
  nps: ourProgram('nps'),
  npc: ourProgram('npc'),
  agentArgs: ownFolder,
})

/** To see what compression does, in the same rounds. */
export const oursUncompressed = pairWithOurRelay({
  name: 'ours uncompressed',
  what: 'our nps and npc as shipped, with npc -compression=no; only where a browser loads a page',
  nps: ourProgram('nps'),
  npc: ourProgram('npc'),
  agentArgs: (folder) => [...ownFolder(folder), '-compression=no'],
  isVariant: true,
})

export const oursPrivate = pairWithOurRelay({
  name: 'ours private',
  what: 'our nps and npc as shipped, by private tunnels past the relay: encrypted end to end',
  nps: ourProgram('nps'),
  npc: ourProgram('npc'),
  agentArgs: ownFolder,
  isDirect: true,
  isVariant: true,
})

/** The programs of another build, to see what a change does: both run in the same rounds. */
export function against(folder: string): ComparedPair {
  return pairWithOurRelay({
    name: 'against',
    what: `our nps and npc in ${folder}`,
    nps: ourProgram('nps', resolve(folder)),
    npc: ourProgram('npc', resolve(folder)),
    agentArgs: ownFolder,
  })
}

export const oursWithStockAgent = pairWithOurRelay({
  name: 'ours + stock npc',
  what: 'our nps as shipped with stock npc 0.26.10: not encrypted',
  nps: ourProgram('nps'),
  npc: join(process.env['NPS_STOCK_DIR'] ?? 'NPS_STOCK_DIR', '0.26.10', 'npc'),
  agentArgs: () => ['-type=tcp'],
})

function absent(path: string): string | undefined {
  if (existsSync(path)) return undefined
  return path.startsWith(built) ? 'not built (npm run build:relay)' : `${path} is not there`
}
