import { readFile } from 'node:fs/promises'
import { runCommand } from '../run-command.ts'
import type { Machine } from './machine.ts'

/** The machines of the bed have no tmux; this computer's is of the same Debian. */
export async function copyTmux(machine: Machine): Promise<void> {
  const stdout = await runCommand('ldd', ['/usr/bin/tmux'])
  const libraries = [...stdout.matchAll(/=> (\/\S+)/g)].flatMap(([, path]) => path ?? [])
  for (const path of ['/usr/bin/tmux', ...libraries]) {
    const input = (await readFile(path)).toString('base64')
    await machine.exec(`[ -e ${path} ] && cat > /dev/null || { base64 -d > ${path}; chmod 755 ${path}; }`, {
      input,
    })
  }
}
