import type { MachineUse } from '@nps-desktop/relay-core/api'
import type { Format } from '../../../format/use-format.ts'

/** What a tile shows; `key` tells it from the others. */
export interface Tile {
  readonly key: string
  readonly title: string
  readonly value: string
  readonly limit?: string
  readonly percent?: number
  readonly note?: string
  readonly nearFull?: number
}

interface Words {
  readonly t: (key: string, values?: Record<string, unknown>, plural?: number) => string
  readonly format: Format
  readonly rate: (bytesPerSecond: number) => string
}

/** Above this a disk or a memory is soon full. */
const nearFull = 80

/**
 * Of a machine that tells nothing, as an older nps does, only what nps itself has: its memory and its tunnels. What is not known
 * has no tile; a rate that comes a second later has one at once.
 */
export function tilesOf(
  {
    use,
    npsBytes,
    tunnels,
    lineLimit,
  }: {
    use: MachineUse | null
    npsBytes: number | null
    /** Bytes per second of all tunnels together. */
    tunnels: { down: number; up: number } | null
    lineLimit: number | null
  },
  { t, format, rate }: Words,
): Tile[] {
  const npsMemory = npsBytes === null ? '–' : format.memory(npsBytes)
  if (!use)
    return [
      { key: 'nps', title: t('server.stats.memoryOfNps'), value: npsMemory },
      tunnelTile(tunnels, { t, rate }),
    ]
  const { cpuPercent, threads, load, memory, disk, line } = use
  const share = (used: number, total: number): number => (total === 0 ? 0 : (100 * used) / total)
  return [
    {
      key: 'cpu',
      title: t('server.stats.cpu'),
      value: cpuPercent === null ? '–' : `${Math.round(cpuPercent)} %`,
      limit: t('server.stats.cores', { n: threads }, threads),
      percent: cpuPercent ?? 0,
      note: load === null ? '' : t('server.stats.load', { load: load.toFixed(2) }),
    },
    ...(memory
      ? [
          {
            key: 'memory',
            title: t('server.stats.memory'),
            value: format.memory(memory.usedBytes),
            limit: t('server.stats.of', { total: format.memory(memory.totalBytes) }),
            percent: share(memory.usedBytes, memory.totalBytes),
            note: t('server.stats.npsMemory', { bytes: npsMemory }),
            nearFull,
          },
        ]
      : []),
    ...(disk
      ? [
          {
            key: 'disk',
            title: t('server.stats.disk'),
            value: format.bytes(disk.usedBytes),
            limit: t('server.stats.of', { total: format.bytes(disk.totalBytes) }),
            percent: share(disk.usedBytes, disk.totalBytes),
            note: t('server.stats.free', { bytes: format.bytes(disk.totalBytes - disk.usedBytes) }),
            nearFull,
          },
        ]
      : []),
    line ? lineTile(line, lineLimit, { t, rate }) : tunnelTile(tunnels, { t, rate }),
  ]
}

/** Providers limit each direction on its own, so the busier one is what counts. */
function lineTile(
  { inBytesPerSecond, outBytesPerSecond }: NonNullable<MachineUse['line']>,
  limit: number | null,
  { t, rate }: Pick<Words, 't' | 'rate'>,
): Tile {
  const busier = Math.max(inBytesPerSecond, outBytesPerSecond)
  const value = rate(busier)
  const out = rate(outBytesPerSecond)
  return {
    key: 'line',
    title: t('server.stats.line'),
    value,
    ...(limit !== null && {
      limit: t('server.stats.of', { total: withoutUnitOf(value, rate(limit)) }),
      percent: (100 * busier) / limit,
    }),
    note: t('server.stats.inOut', { in: withoutUnitOf(out, rate(inBytesPerSecond)), out }),
  }
}

/** `12.5` of `12.5 MB/s` beside a value that says `MB/s` already: a tile is narrow. */
function withoutUnitOf(beside: string, text: string): string {
  const unit = beside.slice(beside.search(/\s/))
  return text.endsWith(unit) ? text.slice(0, -unit.length) : text
}

function tunnelTile(
  tunnels: { down: number; up: number } | null,
  { t, rate }: Pick<Words, 't' | 'rate'>,
): Tile {
  return {
    key: 'line',
    title: t('server.stats.tunnelsNow'),
    value: tunnels ? rate(tunnels.down + tunnels.up) : '–',
    note: tunnels ? `↓ ${rate(tunnels.down)} ↑ ${rate(tunnels.up)}` : '',
  }
}
