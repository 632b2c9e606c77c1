import { askRelay } from './ask-relay.ts'

/** Has the relay on this machine read nps.conf again. Returns its report for the person who asked. */
export function reloadRelay(path: string): Promise<string> {
  return askRelay(path, { question: '/reload', refusedAs: 'config-invalid' })
}
