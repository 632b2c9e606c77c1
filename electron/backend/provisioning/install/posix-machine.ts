import { commandLine, shellWord } from '@nps-desktop/relay-core/api'
import type { Workplace } from '../jobs/workplace.ts'
import { commandOf, findInstalled, installFolders, installProgram } from './installed-program.ts'
import { readMachineFacts } from './machine-facts.ts'
import { reachFrom } from './reach-from.ts'
import type { RemoteMachine } from './remote-machine.ts'
import { sha256Function } from './sha256-function.ts'
import { tryProgram } from './try-program.ts'
import { dropUploads, uploadProgram } from './upload-program.ts'

/** A machine with sh: Linux and macOS. Throws what `Workplace.owner` does. */
export async function posixMachine(workplace: Workplace, signal: AbortSignal): Promise<RemoteMachine> {
  const owner = await workplace.owner(signal)
  // uploads are put there by the account that signs in
  const plain = await workplace.shell(signal)
  const { as, how, user, home, shell } = owner
  return {
    host: shell.session.address.host,
    identity: { as, how, user },
    facts: async (options) => await readMachineFacts(plain, options),
    reach: async (target, options) => await reachFrom(plain, target, options),
    sha256: async (path, options) => {
      const { stdout } = await shell.run(`${sha256Function}sha256 < ${shellWord(path)}`, options)
      return stdout.trim()
    },
    upload: async (file, place, options) => await uploadProgram(plain, file, place, options),
    dropUploads: async (place, options) => {
      const folders = place === null ? [home, '/var/tmp', '/tmp'] : [place.folder]
      return lines(await plain.output(dropUploads(folders), options))
    },
    tryProgram: async (program, path, options) => await tryProgram(shell, program, path, options),
    findInstalled: async (program, options) => await findInstalled(program, owner, options),
    install: async (program, path, options) => await installProgram(program, owner, path, options),
    command: async (installed, words, options) => await shell.run(commandOf(installed, ...words), options),
    removeSettings: async (program, folder, options) => {
      // Only a folder that is one of ours by name is ever removed with all that is in it.
      const folders = installFolders(program, owner).filter((one) => one === folder)
      const script = `for f in ${commandLine(...folders)}; do [ -e "$f" ] || continue; rm -rf "$f" && echo "$f" || exit 1; done`
      return lines(await shell.output(script, options))
    },
  }
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '')
}
