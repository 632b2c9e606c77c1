import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { peers } from '../peers.ts'
import { serviceNames, startPair, type ComparedPair } from '../compared-pair.ts'
import { MeasuredProgram } from '../measured-program.ts'

function frp(name: string, what: string, settings: { server: string; client: string }): ComparedPair {
  return {
    name,
    what,
    comesBack: true,
    missing: () => peers.frps.missing() ?? peers.frpc.missing(),
    start: (services, place) =>
      startPair(place, async ({ folder, bridgePort, ports }) => {
        const { relayHost, targetHost, server, lab, visitHost } = place
        const [serverFile, clientFile] = [join(folder, 'frps.toml'), join(folder, 'frpc.toml')]
        await writeFile(
          serverFile,
          `bindAddr = "${relayHost}"\nbindPort = ${bridgePort}\nproxyBindAddr = "${visitHost}"\n${settings.server}`,
        )
        const proxies = serviceNames.map(
          (service) => `[[proxies]]
name = "${service}"
type = "tcp"
localIP = "${targetHost}"
localPort = ${services[service]}
remotePort = ${ports[service]}
`,
        )
        await writeFile(
          clientFile,
          `serverAddr = "${relayHost}"\nserverPort = ${bridgePort}\n${settings.client}${proxies.join('')}`,
        )
        return {
          startRelay: async () => {
            const relay = new MeasuredProgram(
              server({ program: peers.frps.path(), args: ['-c', serverFile] }),
              {
                cwd: folder,
              },
            )
            await relay.says(/frps started successfully/)
            return relay
          },
          startAgent: async () =>
            new MeasuredProgram(lab({ program: peers.frpc.path(), args: ['-c', clientFile] }), {
              cwd: folder,
            }),
        }
      }),
  }
}

export const frpDefault = frp('frp', 'frp 0.71 as it comes: TLS, one connection for all streams', {
  server: '',
  client: '',
})

export const frpBare = frp('frp bare', 'frp 0.71 with TLS and mux off: not encrypted', {
  server: 'transport.tcpMux = false\n',
  client: 'transport.tcpMux = false\ntransport.tls.enable = false\n',
})
