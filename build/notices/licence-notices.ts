import { isPermissive } from './permissive.ts'
import type { ShippedPackage } from './shipped-packages.ts'

/** The file's name in every package and archive. */
export const noticesFile = 'THIRD-PARTY-NOTICES.txt'

const rule = '='.repeat(80)

/**
 * The notices of everything in `what` that others wrote: one entry per licence text, under the packages that share it,
 * then `further` texts as they are.
 *
 * @throws Error when a package has a licence that a dependency may not have
 */
export function notices(
  what: string,
  packages: readonly ShippedPackage[],
  further: readonly string[] = [],
): string {
  const byText = new Map<string, Map<string, string>>()
  for (const { name, version, licence, text } of packages) {
    if (!isPermissive(licence)) throw new Error(`${name} ${version} has the licence ${licence}.`)
    const names = byText.get(text) ?? new Map<string, string>()
    byText.set(text, names.set(`${name} ${version}`, licence))
  }
  const entries = [...byText]
    .map(
      ([text, names]) =>
        `${[...names]
          .map(([name, licence]) => `${name} (${licence})`)
          .toSorted()
          .join('\n')}\n\n${text}`,
    )
    .toSorted()
  const head = `${what} is under the MIT licence (see LICENSE). It contains work of others, whose notices follow.`
  return `${[head, ...entries, ...further.map((text) => text.trim())].join(`\n\n${rule}\n\n`)}\n`
}
