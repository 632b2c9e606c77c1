import type { FoundProgram, FoundService, OtherTunnel, Tunnel } from '@nps-desktop/electron/contract'
import type { IconName } from '../../ui/icons.ts'

/**
 * A service without a tunnel, or one that the app has started and can stop; `moved`: the tunnel that leads to where a service
 * of its kind was before.
 */
export interface FoundRow {
  readonly service: FoundService
  readonly hasTunnel: boolean
  readonly moved: Tunnel | null
}

/** What was found, as the page lists it: rows for what has no tunnel, and the ports of what has one. Pure. */
export function foundRows(
  services: readonly FoundService[],
  tunnels: readonly Tunnel[],
  others: readonly OtherTunnel[],
): { rows: FoundRow[]; tunnelled: FoundService[] } {
  const targets = new Set([...tunnels, ...others].flatMap(({ target }) => target.split(/[\s,]+/).map(normal)))
  const isTunnelled = ({ target }: FoundService): boolean => targets.has(normal(target))
  const listening = new Set(services.map(({ target }) => normal(target)))
  const idle = tunnels.filter(
    ({ target, status }) => !listening.has(normal(target)) && status.state !== 'ready',
  )
  const rows = services
    .filter((service) => service.isStarted || !isTunnelled(service))
    .map((service) => {
      const hasTunnel = isTunnelled(service)
      const canMove = !hasTunnel && service.isMine && service.kind !== 'tcp' && service.kind !== 'web'
      const moved = (canMove && idle.find(({ kind }) => kind === service.kind)) || null
      return { service, hasTunnel, moved }
    })
  return { rows, tunnelled: services.filter(isTunnelled) }
}

/** The names by which a machine calls itself are one. */
function normal(target: string): string {
  return target.trim().replace(/^(localhost|\[::1\]|127\.\d+\.\d+\.\d+):/i, '127.0.0.1:')
}

/** The port in `host:port`. */
export function portOf(target: string): number {
  return Number(target.slice(target.lastIndexOf(':') + 1))
}

export const programIcons: Record<FoundProgram, IconName> = {
  jupyter: 'book',
  tensorboard: 'board',
  'code-server': 'window',
  gradio: 'window',
  streamlit: 'window',
  mlflow: 'board',
  vllm: 'chat',
  llm: 'chat',
  ssh: 'terminal',
  rdp: 'screen',
  vnc: 'screen',
  web: 'globe',
  other: 'plug',
}
