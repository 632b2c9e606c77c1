import { askRelay } from './ask-relay.ts'
import type { ControlPath } from './control-path.ts'

/** Has the relay on this machine read nps.conf again. Returns its report for the person who asked. */
export function reloadRelay(path: ControlPath): Promise<string> {
  return askRelay(path, { question: '/reload', refusedAs: 'config-invalid' })
}
