import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { peers } from '../peers.ts'
import { serviceNames, startPair, type ComparedPair } from '../compared-pair.ts'
import { MeasuredProgram } from '../measured-program.ts'

const run = promisify(execFile)
const token = 'a-token-for-the-bench'

function rathole(
  name: string,
  what: string,
  transport: () => Promise<Record<'server' | 'client', string>>,
): ComparedPair {
  return {
    name,
    what,
    comesBack: true,
    missing: () => peers.rathole.missing(),
    start: (services, place) =>
      startPair(place, async ({ folder, bridgePort, ports }) => {
        const { relayHost, targetHost, server, lab, visitHost } = place
        const settings = await transport()
        const [serverFile, clientFile] = [join(folder, 'server.toml'), join(folder, 'client.toml')]
        const each = (line: (service: (typeof serviceNames)[number]) => string) =>
          serviceNames.map((service) => `${line(service)}\n`).join('')
        await writeFile(
          serverFile,
          `[server]\nbind_addr = "${relayHost}:${bridgePort}"\ndefault_token = "${token}"\n${settings.server}` +
            each((service) => `[server.services.${service}]\nbind_addr = "${visitHost}:${ports[service]}"`),
        )
        await writeFile(
          clientFile,
          `[client]\nremote_addr = "${relayHost}:${bridgePort}"\ndefault_token = "${token}"\n${settings.client}` +
            each(
              (service) => `[client.services.${service}]\nlocal_addr = "${targetHost}:${services[service]}"`,
            ),
        )
        const program = peers.rathole.path()
        return {
          startRelay: async () => {
            const relay = new MeasuredProgram(server({ program, args: ['--server', serverFile] }), {
              cwd: folder,
            })
            await relay.says(/Listening at/)
            return relay
          },
          startAgent: async () =>
            new MeasuredProgram(lab({ program, args: ['--client', clientFile] }), { cwd: folder }),
        }
      }),
  }
}

/** A key pair of its own for each run, as `rathole --genkey` prints it. */
async function noise(): Promise<Record<'server' | 'client', string>> {
  const { stdout } = await run(peers.rathole.path(), ['--genkey'])
  const [privateKey, publicKey] = ['Private', 'Public'].map(
    (which) => new RegExp(`${which} Key:\\s*(\\S+)`).exec(stdout)?.[1],
  )
  if (privateKey === undefined || publicKey === undefined) throw new Error(`no keys in: ${stdout}`)
  const transport = (role: string, key: string) =>
    `[${role}.transport]\ntype = "noise"\n[${role}.transport.noise]\n${key}\n`
  return {
    server: transport('server', `local_private_key = "${privateKey}"`),
    client: transport('client', `remote_public_key = "${publicKey}"`),
  }
}

export const ratholePlain = rathole('rathole', 'rathole 0.5.0 as it comes: not encrypted', () =>
  Promise.resolve({ server: '', client: '' }),
)
export const ratholeNoise = rathole('rathole noise', 'rathole 0.5.0 with Noise', noise)
