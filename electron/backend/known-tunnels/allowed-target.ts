import { type Fix, type Failure, thisLabBoxOnly } from '@nps-desktop/electron/contract'
import { allowedTargets } from '@nps-desktop/relay-core/config'
import { targetPort } from './tunnel-kind.ts'
import type { LabRecord } from '../storage/records.ts'

/**
 * The first of a tunnel's targets that the lab box would not dial, as far as this can be told from here, or null. The box
 * judges the address that is dialled in the end; what a name leads to there is only known where the box may dial nothing
 * but itself.
 */
export function forbiddenTarget(allowTarget: string | null, targets: string): string | null {
  if (allowTarget === null) return null
  const may = allowedTargets(allowTarget)
  const isForbidden = (target: string): boolean => {
    const port = targetPort(target)
    const host = target.slice(0, target.lastIndexOf(':')).replace(/^\[(.*)\]$/, '$1')
    if (host.toLowerCase() === 'localhost')
      return !(may({ host, port }, '127.0.0.1') || may({ host, port }, '::1'))
    const isName = !/^[\d.]+$/.test(host) && !host.includes(':')
    if (isName && allowTarget !== thisLabBoxOnly) return false
    return !may({ host, port }, isName ? '' : host)
  }
  return targets.split(',').find(isForbidden) ?? null
}

/** That the lab box would not dial a target of the tunnel, with the button that lets it. */
export function targetNotAllowed(
  { id, name, allowTarget }: Pick<LabRecord, 'id' | 'name' | 'allowTarget'>,
  targets: string,
): Extract<Failure, { code: 'target-not-allowed' }> | null {
  const target = forbiddenTarget(allowTarget, targets)
  const fix = wideningFor({ id, allowTarget }, targets)
  if (target === null || allowTarget === null || fix === null) return null
  return {
    code: 'target-not-allowed',
    params: { lab: name, target, allowed: allowTarget },
    message: `${name} was set up to open only ${allowTarget} for its server, and ${target} is none of it.`,
    fixes: [fix],
  }
}

/** Nothing more than the tunnel's targets is let in; null where the lab box has no limit. */
export function wideningFor(
  { id, allowTarget }: Pick<LabRecord, 'id' | 'allowTarget'>,
  targets: string,
): Fix | null {
  if (allowTarget === null) return null
  const list = new Set([...allowTarget.split(','), ...targets.split(',')])
  return { action: 'allow-target', labId: id, allowTarget: [...list].join(',') }
}
