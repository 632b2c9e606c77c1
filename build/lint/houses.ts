import type { House } from './storeys.ts'

/** The agent, the relay and the protocols between them. Both contracts of `api` and `wire` have stricter rules of their own. */
const relayCore: House = {
  root: 'relay-core/src',
  packageName: '@nps-desktop/relay-core',
  storeys: [
    ['api', 'wire', 'async/time'],
    ['async/wait'],
    ['async/signals'],
    ['async'],
    ['log', 'files'],
    ['.'],
    ['net/address'],
    ['net/tls'],
    ['net/listen'],
    ['net/stream'],
    ['net/dial', 'net/http1'],
    ['session'],
    ['stock/messages', 'native/carriers'],
    ['stock/mux', 'stock/snappy', 'stock/configuration', 'native'],
    ['stock'],
    ['config/file'],
    ['config/relay'],
    ['config/agent'],
    ['config'],
    ['pins'],
    ['agent/files', 'visitor', 'api-client', 'service'],
    ['agent'],
    ['relay/limits', 'relay/store'],
    ['relay/http', 'relay/settings', 'relay/clients', 'relay/traffic', 'relay/tunnels'],
    ['relay/tunnels/private', 'relay/hosts/forward'],
    ['relay/hosts', 'relay/tunnels/modes/socks'],
    ['relay/tunnels/modes'],
    ['relay/tunnels/registry'],
    ['relay/api', 'relay/stock/stock-data', 'relay/stock/pushed'],
    ['relay/control', 'relay/stock/stock-web-api', 'relay/stock'],
    ['relay/console', 'relay/bridge'],
    ['relay'],
    ['cli/shared'],
    ['cli/npc', 'cli/nps'],
    ['testing'],
  ],
}

/** The app's backend: what is known of machines, then what is done there, then what is known of tunnels, then what a person does with all that. */
const backend: House = {
  root: 'electron/backend',
  storeys: [
    ['.'],
    ['failures'],
    ['storage'],
    ['ssh/keys', 'activity', 'app'],
    ['ssh'],
    ['ssh/host-keys', 'ssh/shell'],
    ['provisioning/jobs'],
    ['provisioning/install', 'firewall'],
    ['relays'],
    ['known-tunnels', 'traffic', 'servers/steps'],
    ['forwards', 'labs/steps', 'servers'],
    ['checks', 'labs'],
    ['overview'],
    ['tunnels'],
    ['trial'],
    ['desktop'],
  ],
}

export const houses: readonly House[] = [relayCore, backend]
