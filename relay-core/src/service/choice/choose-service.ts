import type { InstallKind } from '../../api/words/install-kinds.ts'
import { background } from '../background.ts'
import { cron } from '../cron.ts'
import { launchd, launchdAgent } from '../macos/launchd.ts'
import { logon } from '../windows/logon.ts'
import { kindsOf, type Service } from '../service.ts'
import { systemd, systemdUser } from '../systemd.ts'
import { windowsService } from '../windows/windows-service.ts'

const services: Record<InstallKind, Service> = {
  systemd,
  'systemd-user': systemdUser,
  cron,
  background,
  'windows-service': windowsService,
  logon,
  launchd,
  'launchd-agent': launchdAgent,
}

export interface Choice {
  readonly service: Service
  /** Better kinds, and why they are not possible here. */
  readonly notPossible: readonly { readonly kind: InstallKind; readonly why: string }[]
}

export function serviceOf(kind: InstallKind): Service {
  return services[kind]
}

/** The best kind that this machine and this user allow. @throws Error when none is possible */
export async function chooseService(): Promise<Choice> {
  const notPossible: { kind: InstallKind; why: string }[] = []
  for (const kind of kindsOf()) {
    const service = services[kind]
    const why = await service.obstacle()
    if (why === null) return { service, notPossible }
    notPossible.push({ kind, why })
  }
  const reasons = notPossible.map(({ kind, why }) => `${kind}: ${why}`).join('; ')
  throw new Error(`It cannot be made a service here (${reasons}).`)
}
