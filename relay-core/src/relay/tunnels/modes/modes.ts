import { RelayError } from '../../../api/errors.ts'
import type { TunnelMode as ModeName } from '../../../api/tunnel-modes.ts'
import { createHttpProxyMode } from './http-proxy-mode.ts'
import { createSocks5Mode } from './socks5-mode.ts'
import { createFileMode } from './file-mode.ts'
import { createPrivateMode } from './private-mode.ts'
import { createHostMode } from './host-mode.ts'
import { createTcpMode } from './tcp-mode.ts'
import type { TunnelServerContext, TunnelServer, TunnelSpec } from './tunnel-server.ts'
import { createUdpMode } from './udp-mode.ts'

type CreateMode = (spec: TunnelSpec, context: TunnelServerContext) => TunnelServer

const modes: Readonly<Record<ModeName, CreateMode>> = {
  tcp: createTcpMode,
  udp: createUdpMode,
  socks5: createSocks5Mode,
  httpProxy: createHttpProxyMode,
  private: createPrivateMode,
  privateSocks5: createPrivateMode,
  privateHttpProxy: createPrivateMode,
  host: createHostMode,
  file: createFileMode,
}

/** Does no I/O. @throws RelayError `mode-unsupported` */
export function createMode(spec: TunnelSpec, context: TunnelServerContext): TunnelServer {
  // The state may come from a later version, which knows more modes.
  if (Object.hasOwn(modes, spec.mode)) return modes[spec.mode](spec, context)
  throw new RelayError('mode-unsupported', `This version of nps has no tunnels of the mode ${spec.mode}.`, {
    mode: spec.mode,
  })
}
