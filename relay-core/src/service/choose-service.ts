import { background } from './background.ts'
import { cron } from './cron.ts'
import type { Service, ServiceKind } from './service.ts'
import { systemd, systemdUser } from './systemd.ts'

const services: Record<ServiceKind, Service> = { systemd, 'systemd-user': systemdUser, cron, background }

export interface Choice {
  readonly service: Service
  /** Better kinds, and why they are not possible here. */
  readonly notPossible: readonly { readonly kind: ServiceKind; readonly why: string }[]
}

export function serviceOf(kind: ServiceKind): Service {
  return services[kind]
}

/** The best kind that this machine and this user allow. */
export async function chooseService(): Promise<Choice> {
  const notPossible: { kind: ServiceKind; why: string }[] = []
  for (const service of Object.values(services)) {
    const why = await service.obstacle()
    if (why === null) return { service, notPossible }
    notPossible.push({ kind: service.kind, why })
  }
  return { service: background, notPossible }
}
