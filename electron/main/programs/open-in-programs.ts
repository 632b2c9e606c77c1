import { openInProgram, type OpenInProgram, type SshPlace } from '@nps-desktop/electron/contract'
import { spawn } from 'node:child_process'
import { homedir } from 'node:os'
import { type Computer, programStart } from './program-starts.ts'

/** Other programs of this computer: which there are, and starting them on a lab box. */
export class OpenInPrograms {
  readonly #computer: Computer

  constructor(computer: Computer = { platform: process.platform, env: process.env, home: homedir() }) {
    this.#computer = computer
  }

  /** In the order of the menu. */
  async find(): Promise<OpenInProgram[]> {
    const starts = await Promise.all(
      openInProgram.options.map(async (program) => ({
        program,
        start: await programStart(program, nowhere, this.#computer),
      })),
    )
    return starts.flatMap(({ program, start }) => (start ? [program] : []))
  }

  /** Resolves once it runs, and leaves it alone. Rejects with the system's error, or when it is gone since it was found. */
  async open(program: OpenInProgram, place: SshPlace): Promise<void> {
    const start = await programStart(program, place, this.#computer)
    if (start === null) throw new Error('it is no longer on this computer')
    const { command, args } = start
    const child = spawn(command, [...args], {
      detached: true,
      stdio: 'ignore',
      env: this.#computer.env,
      cwd: this.#computer.home,
    })
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve)
      child.once('error', reject)
    })
    child.unref()
  }
}

const nowhere: SshPlace = { words: ['x'], authority: 'x', host: 'x', port: 22, user: null, folder: null }
