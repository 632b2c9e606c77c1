import { existsSync } from 'node:fs'
import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { writeStockConfig } from '../../compliance/stock/stock-programs.ts'
import { serviceNames, startPair, type ComparedPair } from '../compared-pair.ts'
import { MeasuredProgram } from '../measured-program.ts'

const programs = join(process.env['NPS_STOCK_DIR'] ?? 'NPS_STOCK_DIR', '0.26.10')
const vkey = 'a-key-for-the-bench-0123456789ab'

/** Without a limit of its own a client of stock NPS is held at 16 MB/s: this many KB/s is none. */
const noRateLimitKb = 100_000_000

export const stock: ComparedPair = {
  name: 'stock NPS',
  what: 'stock nps and npc 0.26.10, their hidden cap of 16 MB/s lifted: not encrypted',
  comesBack: true,
  missing: () => {
    if (process.env['NPS_STOCK_DIR'] === undefined) return 'NPS_STOCK_DIR is not set'
    return existsSync(join(programs, 'nps')) ? undefined : `${programs} has no nps`
  },
  start: (services, place) =>
    startPair(place, async ({ folder, bridgePort, ports }) => {
      const { relayHost, targetHost, server, lab, visitHost } = place
      // It looks for its files beside itself.
      await symlink(join(programs, 'nps'), join(folder, 'nps'))
      await mkdir(join(folder, 'conf'))
      await writeStockConfig(join(folder, 'conf'), {
        bridgePort,
        bridgeHost: relayHost,
        tunnelHost: visitHost,
        vkey,
        crypt: false,
        compress: false,
        rateLimitKb: noRateLimitKb,
        tunnels: serviceNames.map((service) => ({
          mode: 'tcp',
          port: ports[service],
          target: `${targetHost}:${services[service]}`,
        })),
      })
      return {
        startRelay: async () => {
          const relay = new MeasuredProgram(server({ program: join(folder, 'nps'), args: [] }), {
            cwd: folder,
          })
          await relay.says(/server start, the bridge type is tcp/)
          return relay
        },
        startAgent: async () => {
          const args = [`-server=${relayHost}:${bridgePort}`, `-vkey=${vkey}`, '-type=tcp']
          return new MeasuredProgram(lab({ program: join(programs, 'npc'), args }), { cwd: folder })
        },
      }
    }),
}
