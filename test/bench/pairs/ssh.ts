import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { sshdPath } from '../../harness/local-sshd.ts'
import { serviceNames, startPair, type ComparedPair } from '../compared-pair.ts'
import { MeasuredProgram } from '../measured-program.ts'

const run = promisify(execFile)
const sshPath = '/usr/bin/ssh'

export const ssh: ComparedPair = {
  name: 'ssh -R',
  what: 'OpenSSH of this machine, one connection for all streams',
  // ssh ends with its server.
  comesBack: false,
  missing: () => {
    const absent = [sshdPath, sshPath].find((path) => !existsSync(path))
    return absent && `${absent} is not there`
  },
  start: (services, place) =>
    startPair(place, async ({ folder, bridgePort, ports }) => {
      const { relayHost, targetHost, server, lab, visitHost } = place
      for (const name of ['host', 'user'])
        await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'bench', '-f', join(folder, name)])
      await copyFile(join(folder, 'user.pub'), join(folder, 'authorized_keys'))
      const serverFile = join(folder, 'sshd_config')
      await writeFile(
        serverFile,
        [
          `HostKey ${folder}/host`,
          `AuthorizedKeysFile ${folder}/authorized_keys`,
          `ListenAddress ${relayHost}:${bridgePort}`,
          'PidFile none',
          'StrictModes no',
          'GatewayPorts clientspecified',
          'UsePAM no',
          'PasswordAuthentication no',
          'KbdInteractiveAuthentication no',
          'PermitRootLogin prohibit-password',
          '',
        ].join('\n'),
      )
      const { uid, username } = userInfo()
      // sshd wants this folder for its unprivileged part; only root can make it, and only root needs it.
      if (uid === 0) await mkdir('/run/sshd', { recursive: true })
      return {
        startRelay: async () => {
          const relay = new MeasuredProgram(
            server({ program: sshdPath, args: ['-D', '-e', '-f', serverFile] }),
            {
              cwd: folder,
            },
          )
          await relay.says(/Server listening/)
          return relay
        },
        startAgent: async () => {
          const forwards = serviceNames.flatMap((service) => [
            '-R',
            `${visitHost}:${ports[service]}:${targetHost}:${services[service]}`,
          ])
          const options = [
            'StrictHostKeyChecking=no',
            'UserKnownHostsFile=/dev/null',
            'ExitOnForwardFailure=yes',
            'BatchMode=yes',
          ].flatMap((option) => ['-o', option])
          const login = ['-i', join(folder, 'user'), '-p', String(bridgePort), `${username}@${relayHost}`]
          const args = ['-N', '-F', 'none', ...options, ...forwards, ...login]
          return new MeasuredProgram(lab({ program: sshPath, args }), { cwd: folder })
        },
      }
    }),
}
