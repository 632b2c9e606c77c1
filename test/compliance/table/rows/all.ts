import type { Row } from '../table.ts'
import { agentFlagRows } from './agent-flags.ts'
import { configurationRows } from './configuration.ts'
import { fileRows } from './file-rows.ts'
import { httpProxyRows } from './http-proxy.ts'
import { hostRows } from './hosts.ts'
import { linkRows } from './link.ts'
import { privateRows } from './private.ts'
import { p2pRows } from './p2p.ts'
import { sharedFolderRows } from './shared-folder.ts'
import { socks5Rows } from './socks5.ts'
import { tcpRows } from './tcp.ts'
import { udpRows } from './udp.ts'

/**
 * One list for every pair: a mode's rows lie in a file of their own and stand here. A row that a pair cannot do is not
 * missing, it says why (`leftOut`). Rows that restart an end come last.
 */
export const allRows: readonly Row[] = [
  ...tcpRows,
  ...udpRows,
  ...socks5Rows,
  ...httpProxyRows,
  ...hostRows,
  ...privateRows,
  ...p2pRows,
  ...configurationRows,
  ...agentFlagRows,
  ...fileRows,
  ...sharedFolderRows,
  ...linkRows,
]
