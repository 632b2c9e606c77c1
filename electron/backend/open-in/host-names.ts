/** Longer ones are cut: nobody types them. */
const maxNameLength = 40
/** More lab boxes of one name than anybody has. */
const maxNumber = 2_048

/**
 * What each lab box is called in the ssh settings, by its id: a word for a shell, all different, and none that `isTaken`, so that
 * a name which already means something to ssh goes on meaning it. `kept`: those of before, which stay while they fit.
 */
export function hostNames(
  labs: readonly { readonly labId: string; readonly labName: string }[],
  { isTaken, kept }: { isTaken: (name: string) => boolean; kept: ReadonlyMap<string, string> },
): Map<string, string> {
  const names = new Map<string, string>()
  const given = new Set<string>()
  const isFree = (name: string): boolean => !given.has(name) && !isTaken(name)
  const give = (labId: string, name: string): void => {
    names.set(labId, name)
    given.add(name)
  }
  for (const { labId, labName } of labs) {
    const before = kept.get(labId)
    if (before !== undefined && isOf(before, wordOf(labName)) && isFree(before)) give(labId, before)
  }
  for (const { labId, labName } of labs) {
    const name = names.has(labId) ? null : firstFree(wordOf(labName), isFree)
    if (name !== null) give(labId, name)
  }
  return names
}

/** Lower case, since ssh lowers the names that it is called with; without dots, since `gpu.lab.org` is a host of its own. */
function wordOf(labName: string): string {
  const word = labName
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, '-')
    .slice(0, maxNameLength)
    .replaceAll(/^[-_]+|[-_]+$/g, '')
  if (word === '') return 'lab'
  return word === 'localhost' || /^\d+$/.test(word) ? `lab-${word}` : word
}

/** Null where a pattern of the person's leads every such name elsewhere. */
function firstFree(word: string, isFree: (name: string) => boolean): string | null {
  if (isFree(word)) return word
  // the app's own mark makes it another name; numbers tell two boxes of one name apart
  for (const start of [word, `nps-${word}`]) {
    for (let number = 2; number <= maxNumber; number++) {
      const name = start === word ? `${word}-${number}` : number === 2 ? start : `${start}-${number}`
      if (isFree(name)) return name
    }
  }
  return null
}

function isOf(name: string, word: string): boolean {
  return name.replace(/^nps-/, '').replace(/-\d+$/, '') === word.replace(/-\d+$/, '')
}
