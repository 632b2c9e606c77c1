import { maxNameLength } from '@nps-desktop/electron/contract'
import type { FoundService } from '@nps-desktop/electron/contract'

/** What a tunnel to the service is called: `Jupyter`, or `Jupyter project-x` where the lab box has a tunnel of that name. */
export function serviceName({ name, about }: FoundService, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name
  const where = about
    .find(({ what }) => what !== 'title')
    ?.text.split(/[\\/]/)
    .findLast(Boolean)
  const longer = where === undefined || where === '~' ? name : `${name} ${where}`
  return longer.length <= maxNameLength ? longer : name
}
