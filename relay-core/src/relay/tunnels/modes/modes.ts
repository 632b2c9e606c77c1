import { RelayError } from '../../../api/errors.ts'
import type { TunnelMode as ModeName } from '../../../api/models.ts'
import { createHttpProxyMode } from './http-proxy-mode.ts'
import { createSocks5Mode } from './socks5-mode.ts'
import { createFileMode } from './file-mode.ts'
import { createPrivateMode } from './private-mode.ts'
import { createHostMode } from './host-mode.ts'
import { createTcpMode } from './tcp-mode.ts'
import type { TunnelServerContext, TunnelServer, TunnelSpec } from './tunnel-server.ts'
import { createUdpMode } from './udp-mode.ts'

type CreateMode = (spec: TunnelSpec, context: TunnelServerContext) => TunnelServer

const modes: Partial<Record<ModeName, CreateMode>> = {
  tcp: createTcpMode,
  udp: createUdpMode,
  socks5: createSocks5Mode,
  httpProxy: createHttpProxyMode,
  private: createPrivateMode,
  host: createHostMode,
  file: createFileMode,
}

/** Does no I/O. @throws RelayError `mode-unsupported` */
export function createMode(spec: TunnelSpec, context: TunnelServerContext): TunnelServer {
  const create = modes[spec.mode]
  if (create) return create(spec, context)
  throw new RelayError('mode-unsupported', `This version of nps has no tunnels of the mode ${spec.mode}.`, {
    mode: spec.mode,
  })
}

const portless: readonly ModeName[] = ['host', 'private']

/** Whether tunnels of this mode listen on a port of their own. */
export function hasPort(mode: ModeName): boolean {
  return !portless.includes(mode)
}

const targetless: readonly ModeName[] = ['socks5', 'httpProxy', 'file']

/** Whether a tunnel of this mode leads somewhere by itself; elsewhere the visitor says where to go, or it is a folder. */
export function hasTarget(mode: ModeName): boolean {
  return !targetless.includes(mode)
}

/** UDP has its own ports; a TCP tunnel may have the same number. */
export function transportOf(mode: ModeName): 'tcp' | 'udp' {
  return mode === 'udp' ? 'udp' : 'tcp'
}
