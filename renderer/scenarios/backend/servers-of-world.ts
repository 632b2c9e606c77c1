import { desktopContract } from '@nps-desktop/electron/contract'
import { implement } from '@orpc/server'
import { failed, noJob, nothing } from '../worlds/live-world.ts'
import type { LiveWorld } from '../worlds/live-world.ts'
import { Changes } from '../worlds/world-changes.ts'

const os = implement(desktopContract)

/** Servers, which take whatever they are told. */
export function serversOfWorld(live: LiveWorld) {
  const { world } = live
  return {
    add: os.servers.add.handler(async () => ({ serverId: 's1' })),
    edit: os.servers.edit.handler(nothing),
    connect: os.servers.connect.handler(async () => ({
      serverId: 's1',
      fingerprint: `sha256:${'7f3a9c'.repeat(7)}`,
      hasLabs: world.overview.labs.some(({ serverId }) => serverId === 's1'),
    })),
    setup: os.servers.setup.handler(noJob),
    checkPorts: os.servers.checkPorts.handler(noJob),
    openHostFirewall: os.servers.openHostFirewall.handler(async () => ({
      command: 'ufw allow 7000:9000/tcp',
    })),
    ports: os.servers.ports.handler(async ({ input }) => ({
      report: world.ports.get(input.serverId) ?? null,
    })),
    tryNow: os.servers.tryNow.handler(nothing),
    remove: os.servers.remove.handler(async () => ({ jobId: null })),
    restart: os.servers.restart.handler(nothing),
    config: {
      get: os.servers.config.get.handler(async () => ({
        path: '/etc/nps/conf/nps.conf',
        text: '# nps.conf\nweb_username=admin\nweb_password=Kx81mQz7TcV0pWfR2dLs\nweb_port = 8080\nbridge_port=8024\nallow_ports=7000-9000\nlog_level=6\n',
        revision: '1',
        warnings: [],
      })),
      save: os.servers.config.save.handler(async ({ input }) => {
        const line = input.text.split('\n').findIndex((text) => /^web_port\s*=\s*[^\s\d]/.test(text)) + 1
        if (line > 0) {
          failed({
            code: 'config-invalid',
            params: { line, key: 'web_port' },
            message: `nps.conf:${line}: web_port needs a port from 1 to 65535`,
            fixes: [],
          })
        }
        return { revision: '2', restartNeeded: true }
      }),
    },
    log: os.servers.log.handler(async function* ({ signal }) {
      yield {
        lines: [
          '10:41:02 info  bridge listens on 0.0.0.0:8024',
          '10:41:09 info  client 1 (lab-a100) is online',
          '10:42:30 info  tunnel 1 (SSH) listens on 7001',
        ],
      }
      for await (const _ of new Changes().each(signal)) continue
    }),
  }
}

/** Host keys: one that begins with `changed` has another than before. */
export function hostKeysOfWorld(live: LiveWorld) {
  const { world } = live
  return {
    inspect: os.hostKeys.inspect.handler(async ({ input }) => {
      const fingerprint = 'SHA256:9f2cB1x7mZr0aVt3kUu8yWc5dNq6sHj4oPl2iEgQe4'
      const changed = input.host.startsWith('changed')
      const known = world.hostKeys.some(({ host }) => host === input.host)
      return {
        host: input.host,
        port: input.port,
        way: '',
        algorithm: 'ssh-ed25519',
        fingerprint: changed ? 'SHA256:Lm81nB2x7mZr0aVt3kUu8yWc5dNq6sHj4oPl2iE0aX' : fingerprint,
        state: changed ? 'changed' : known ? 'known' : 'new',
        pinned: changed || known ? fingerprint : null,
        sshKnows: false,
      }
    }),
    confirm: os.hostKeys.confirm.handler(nothing),
    list: os.hostKeys.list.handler(async () => world.hostKeys),
    forget: os.hostKeys.forget.handler(async ({ input }) => {
      world.hostKeys = world.hostKeys.filter(({ host }) => host !== input.host)
      return {}
    }),
  }
}
