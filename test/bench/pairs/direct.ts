import type { ComparedPair } from '../compared-pair.ts'

/** No relay: what this machine, and the bench itself, can do at most. */
export const direct: ComparedPair = {
  name: 'direct',
  what: 'no relay in between: the limit of the machine and of the load',
  comesBack: false,
  missing: () => undefined,
  start: (services, { targetHost }) =>
    Promise.resolve({
      host: targetHost,
      ports: services,
      relay: undefined,
      agent: undefined,
      killRelay: () => Promise.resolve(),
      startRelay: () => Promise.resolve(),
      close: () => Promise.resolve(),
    }),
}
