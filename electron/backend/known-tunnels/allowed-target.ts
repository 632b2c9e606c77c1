import { type Fix, type Failure, thisLabBoxOnly } from '@nps-desktop/electron/contract'
import { allowedTargets } from '@nps-desktop/relay-core/config'
import { AppError } from '../failures/app-error.ts'
import { targetPort } from './tunnel-kind.ts'
import type { LabRecord } from '../storage/records.ts'

/**
 * The first of a tunnel's targets that the lab box would not dial, as far as this can be told from here, or null. The box
 * judges the address that is dialled in the end; what a name leads to there is only known where the box may dial nothing
 * but itself.
 */
export function forbiddenTarget(allowTarget: string | null, targets: string): string | null {
  if (allowTarget === null) return null
  const isUnsure = (target: string): boolean => isName(hostOf(target)) && allowTarget !== thisLabBoxOnly
  return notNamed(allowTarget, targets).find((target) => !isUnsure(target)) ?? null
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
    message: `${name} was set up to open only ${allowTarget} for its server, and ${target} is not part of that.`,
    fixes: [fix],
  }
}

/** Throws `target-not-allowed`: the tunnel would be refused on the lab box, by a visitor first. */
export function refuseForbidden(lab: Pick<LabRecord, 'id' | 'name' | 'allowTarget'>, targets: string): void {
  const failure = targetNotAllowed(lab, targets)
  if (failure) throw AppError.of(failure)
}

/** Nothing more than what the tunnel needs and the list lacks is let in; null where it lacks nothing. */
export function wideningFor(
  { id, allowTarget }: Pick<LabRecord, 'id' | 'allowTarget'>,
  targets: string,
): Fix | null {
  if (allowTarget === null) return null
  const lacking = notNamed(allowTarget, targets)
  return lacking.length === 0 ? null : { action: 'allow-target', labId: id, targets: lacking }
}

/** The list with these targets added; null stays "whatever the server asks for". */
export function widened(allowTarget: string | null, targets: readonly string[]): string | null {
  if (allowTarget === null) return null
  return [allowTarget, ...notNamed(allowTarget, targets.join(','))].join(',')
}

/** The targets that the list does not name, each once: a name is in it by name alone, as only the box can look it up. */
function notNamed(allowTarget: string, targets: string): string[] {
  const may = allowedTargets(allowTarget)
  const isNamed = (target: string): boolean => {
    const host = hostOf(target)
    const port = targetPort(target)
    if (host.toLowerCase() === 'localhost')
      return may({ host, port }, '127.0.0.1') || may({ host, port }, '::1')
    return may({ host, port }, isName(host) ? '' : host)
  }
  return [...new Set(targets.split(','))].filter((target) => target !== '' && !isNamed(target))
}

function hostOf(target: string): string {
  return target.slice(0, target.lastIndexOf(':')).replace(/^\[(.*)\]$/, '$1')
}

function isName(host: string): boolean {
  return !/^[\d.]+$/.test(host) && !host.includes(':')
}
