import type { ActivityEvent, Capabilities, Overview, PathTest } from '@nps-desktop/electron/contract'
import { megabits } from '../../tunnels/way/path-tests.ts'

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
  pathTests: ReadonlyMap<string, PathTest> = new Map(),
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
            .flatMap((tunnel) => [
              `    tunnel ${tunnel.name} :${tunnel.port} -> ${tunnel.target}: ${stateOf(tunnel.status)}`,
              ...pathLines(pathTests.get(tunnel.id)),
            ]),
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

function pathLines(test: PathTest | undefined): string[] {
  if (!test) return []
  const legs = test.legs.map(({ leg, measured, failure }) => {
    if (!measured) return `      ${leg}: not known (${failure?.code ?? ''})`
    const { roundTripMs, variesMs, downBytesPerSecond: down, upBytesPerSecond: up } = measured
    const speed = `down ${megabits(down) || '-'} up ${megabits(up) || '-'} Mbit/s`
    return `      ${leg}: ${roundTripMs.toFixed(1)} ms, varies ${variesMs.toFixed(1)} ms, ${speed}`
  })
  return [
    `      path test ${new Date(test.atMs).toISOString()}, slow: ${test.slow ?? 'none'}`,
    ...legs,
    ...directLine(test),
  ]
}

function directLine({ direct }: PathTest): string[] {
  if (!direct) return []
  if (!direct.measured) return ['      direct: not known']
  const { roundTripMs, lostPart, upBytesPerSecond } = direct.measured
  const lost = `${(lostPart * 100).toFixed(1)} % lost`
  return [`      direct: ${roundTripMs.toFixed(1)} ms, ${lost}, up ${megabits(upBytesPerSecond)} Mbit/s`]
}
