import { glob, readFile } from 'node:fs/promises'
import { dirname, isAbsolute, join } from 'node:path'
import { type Line, parse } from 'ssh-config'

/** ssh itself allows 16 (READCONF_MAX_DEPTH). */
const maxDepth = 16
const maxFiles = 256

/**
 * Which names the ssh settings of this account have entries for, those in included files too: `Host` lines with that very name,
 * or with a pattern of it that leads to a host. Files that cannot be read or parsed have none, as for ssh.
 * @param own files that are the app's
 */
export async function readKnownNames(
  config: string,
  text: string,
  { own }: { own: readonly string[] },
): Promise<(name: string) => boolean> {
  const exact = new Set<string>()
  const patterns: RegExp[] = []
  const seen = new Set<string>(own)
  const folder = dirname(config)

  const read = async (content: string, depth: number): Promise<void> => {
    for (const line of linesOf(content)) {
      const inner = 'config' in line ? line.config : []
      for (const one of [line, ...inner])
        if (isParam(one, 'include')) for (const path of words(one)) await include(path, depth)
      if (isParam(line, 'host'))
        note(
          words(line),
          inner.some((one) => isParam(one, 'hostname')),
        )
    }
  }
  const note = (names: readonly string[], leadsToHost: boolean): void => {
    for (const name of names) {
      if (name.startsWith('!')) continue
      if (!/[*?]/.test(name)) exact.add(name.toLowerCase())
      else if (leadsToHost && !/^\*+$/.test(name)) patterns.push(patternOf(name))
    }
  }
  const include = async (path: string, depth: number): Promise<void> => {
    if (depth >= maxDepth) return
    for await (const file of found(path, folder)) {
      if (seen.has(file)) continue
      if (seen.size >= maxFiles) return
      seen.add(file)
      await read(await readFile(file, 'latin1').catch(() => ''), depth + 1)
    }
  }
  await read(text, 0)
  return (name) => exact.has(name) || patterns.some((pattern) => pattern.test(name))
}

function linesOf(text: string): readonly Line[] {
  try {
    return parse(text.replace(/^\u00EF\u00BB\u00BF/, ''))
  } catch {
    return []
  }
}

function isParam(line: Line, name: string): boolean {
  return 'param' in line && line.param.toLowerCase() === name
}

function words(line: Line): string[] {
  if (!('param' in line)) return []
  return typeof line.value === 'string' ? [line.value] : line.value.map(({ val }) => val)
}

/** `~` is the home that `.ssh` lies in; what is not absolute lies in `.ssh` itself. */
async function* found(path: string, folder: string): AsyncGenerator<string> {
  const plain = path.startsWith('~/') ? join(dirname(folder), path.slice(2)) : path
  const absolute = isAbsolute(plain) ? plain : join(folder, plain)
  if (!/[*?[]/.test(absolute)) yield absolute
  else yield* glob(absolute.replaceAll('\\', '/'))
}

function patternOf(pattern: string): RegExp {
  const source = pattern.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
  return new RegExp(`^${source.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'i')
}
