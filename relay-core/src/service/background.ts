import type { Service } from './service.ts'
import {
  removeSupervisor,
  startSupervisor,
  stopSupervisor,
  supervisedStatus,
  writeSupervisor,
} from './supervisor.ts'

/** The supervising loop alone: what is possible everywhere. */
export const background: Service = {
  kind: 'background',
  promise:
    'a background program: it stays when you log out, but after a reboot somebody has to start it again',
  obstacle: async () => null,
  install: (spec) => writeSupervisor(spec, 'background'),
  uninstall: removeSupervisor,
  start: startSupervisor,
  stop: stopSupervisor,
  status: supervisedStatus,
}
