import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** Programs of a system that is not at hand, each a script for sh, by their paths; they are gone after the test. */
export async function scriptTools<Name extends string>(
  scripts: Readonly<Record<Name, string>>,
): Promise<Record<Name, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'nps-script-tools-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const paths: Record<Name, string> = { ...scripts }
  for (const name in scripts) {
    paths[name] = join(folder, name)
    await writeFile(paths[name], `#!/bin/sh\n${scripts[name]}\n`, { mode: 0o755 })
  }
  return paths
}
