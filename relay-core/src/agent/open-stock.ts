import { pause } from '../async/wait/pause.ts'
import { modeOfStockName, takesSetting } from '../api/tunnel-modes.ts'
import { allowedTargets } from '../config/agent/allowed-targets.ts'
import type { PushedConfiguration } from '../stock/configuration/pushed-configuration.ts'
import type { StockRelay } from '../stock/enter-relay.ts'
import { md5Hex } from '../stock/messages/handshake.ts'
import { defaultMuxLimits } from '../stock/mux/mux-limits.ts'
import { ItemRefused, pushConfiguration, pushedItems, type PushedItem } from '../stock/push-configuration.ts'
import { StockLink } from '../stock/stock-link.ts'
import { formatHostPort, parseHostPort } from '../net/address/host-port.ts'
import { relayVersion } from '../version.ts'
import { dialTarget } from './targets/dial-target.ts'
import { likelyCauses, tellRefused, type RefusedSection } from './refused-section.ts'
import { serveStockStream } from './serve-stock-stream.ts'
import { serveShares, type Share } from './files/serve-shares.ts'
import { HealthWatch } from './health/health-watch.ts'
import type { ConnectionOptions, AgentConnection } from './agent-connection.ts'
import { ServerNotes } from '../pins/server-notes.ts'

/** A refused tunnel is asked for once more: its port may still belong to the session that has just ended. */
const retryDelayMs = 2_000

/** Pushes what there is to push, then opens the link. Rejects with whatever either of them rejects with. */
export async function openStock(
  options: ConnectionOptions,
  { signal }: { signal: AbortSignal },
): Promise<AgentConnection> {
  const {
    server,
    proxy,
    silenceTimeoutMs,
    configuration,
    dialPolicy: policy = allowedTargets(null),
    log,
  } = options
  const relay: StockRelay = {
    ...parseHostPort(server, 'server'),
    proxy,
    vkey: options.vkey.reveal(),
    version: relayVersion,
  }
  const { vkey, refused } = configuration
    ? await push(relay, configuration, options, signal)
    : { vkey: relay.vkey, refused: [] }
  const shares = sharesOf(configuration)
  const link = await StockLink.open({
    ...relay,
    vkey,
    serveStream: (stream) =>
      void serveStockStream(stream, {
        dial: (target, dialling) => dialTarget(target, { policy, signal: dialling.signal }),
        policy,
        log,
      }),
    serveFiles: shares.length > 0 ? (stream) => serveShares(stream, shares, { log }) : undefined,
    log,
    signal,
    ...(silenceTimeoutMs !== undefined && {
      muxLimits: { silenceTimeoutMs: Math.min(silenceTimeoutMs, defaultMuxLimits.silenceTimeoutMs) },
    }),
  })
  if (configuration && configuration.healthChecks.length > 0) {
    const { healthChecks: checks } = configuration
    const watch = new HealthWatch({ checks, report: (health) => link.report(health), log })
    watch.start()
    void link.closed.then(() => watch.stop())
  }
  return { closed: link.closed, refused, close: () => link.close() }
}

function sharesOf(configuration: PushedConfiguration | undefined): Share[] {
  const files =
    configuration?.tunnels.filter(({ mode }) => takesSetting(modeOfStockName(mode), 'folder')) ?? []
  return files.map(({ localPath, stripPrefix }) => ({ folder: localPath, stripPrefix }))
}

/** The name under which a relay's answer to a public key is kept; it does not reveal the public key. */
export function temporaryKeyName({ host, port, vkey }: StockRelay): string {
  return `${formatHostPort({ host, port })} ${md5Hex(vkey)}`
}

/** One item that the relay refuses must not hold up the others: it is left out, and told. */
async function push(
  relay: StockRelay,
  configuration: PushedConfiguration,
  { server, temporaryKeyFile, log }: ConnectionOptions,
  signal: AbortSignal,
): Promise<{ vkey: string; refused: readonly RefusedSection[] }> {
  const { client } = configuration
  let items = pushedItems(configuration)
  let doubted: PushedItem | undefined
  const refused: RefusedSection[] = []
  for (;;) {
    try {
      const vkey = await pushConfiguration(relay, { client, items }, { signal })
      if (vkey !== relay.vkey && temporaryKeyFile !== undefined)
        await new ServerNotes(temporaryKeyFile, 'the list of temporary keys').set(
          temporaryKeyName(relay),
          vkey,
        )
      tellRefused(refused, { server, log })
      return { vkey, refused }
    } catch (error) {
      if (!(error instanceof ItemRefused)) throw error
      const { item } = error
      if (doubted === item) {
        refused.push({ name: item.name, reason: likelyCauses(item.mode) })
        items = items.filter((other) => other !== item)
      } else await pause(retryDelayMs, { signal })
      doubted = item
    }
  }
}
