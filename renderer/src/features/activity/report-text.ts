import type { ActivityEvent, Capabilities, Overview } from '@nps-desktop/electron/contract'

const maxEvents = 200

/**
 * A report as plain text. It is built from what is on the screen only, which never holds a secret; addresses with
 * a query lose it all the same, in case one ever carries a token.
 */
export function reportText(
  capabilities: Capabilities,
  overview: Overview | null,
  events: readonly ActivityEvent[],
  nowMs: number,
): string {
  const lines = [
    `NPS Desktop ${capabilities.version} on ${capabilities.platform}, ${new Date(nowMs).toISOString()}`,
    '',
    ...(overview?.servers ?? []).flatMap((server) => [
      `server ${server.name}: ${server.link.state}${'failure' in server.link ? ` (${server.link.failure.code}: ${server.link.failure.message})` : ''}`,
      ...(overview?.labs ?? [])
        .filter((lab) => lab.serverId === server.id)
        .flatMap((lab) => [
          `  lab ${lab.name}: ${lab.state.state}, start ${lab.startKind}`,
          ...(overview?.tunnels ?? [])
            .filter((tunnel) => tunnel.labId === lab.id)
            .map(
              (tunnel) =>
                `    tunnel ${tunnel.name} :${tunnel.port} -> ${tunnel.target}: ${stateOf(tunnel.status)}`,
            ),
        ]),
    ]),
    '',
    ...events
      .slice(0, maxEvents)
      .map((event) => `${new Date(event.atMs).toISOString()} ${event.code} ${JSON.stringify(event.params)}`),
  ]
  return lines.join('\n').replaceAll(/(https?:\/\/[^\s?]+)\?\S*/g, '$1')
}

function stateOf(status: Overview['tunnels'][number]['status']): string {
  if (status.state !== 'broken') return status.state
  return `broken at ${status.stop} (${status.failure.code}: ${status.failure.message})`
}
