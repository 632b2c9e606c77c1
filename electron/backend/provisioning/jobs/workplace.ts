import type { MachineRef } from '@nps-desktop/electron/contract'
import type { SshSession } from '../../ssh/ssh-session.ts'
import { AppError } from '../../failures/app-error.ts'
import type { Machines } from '../../ssh/machines.ts'
import { RemoteShell, unexpectedAnswer } from '../../ssh/shell/remote-shell.ts'
import { findSudo } from '../../ssh/shell/sudo.ts'
import { windowsIdentity } from '../../ssh/shell/windows-identity.ts'
import { WindowsShell } from '../../ssh/shell/windows-shell.ts'

/** The account that things are done with on a machine, and how it was come by. */
export interface MachineIdentity {
  /** `root`: for the whole machine; on Windows an administrator. */
  readonly as: 'root' | 'user'
  readonly how: 'signed-in' | 'sudo'
  readonly user: string
}

/** The same with the shell that it has on a machine with sh. */
export interface MachineOwner extends MachineIdentity {
  /** Of the account that signed in, where uploads are put. */
  readonly home: string
  readonly shell: RemoteShell
}

/**
 * `required`: a failure when it cannot be had; `if-possible`: with the passwords at hand, else as the account itself;
 * `if-free`: only where sudo asks for no password, since on a shared machine each wrong try is reported; `never`.
 */
export type RootWish = 'required' | 'if-possible' | 'if-free' | 'never'

/**
 * One machine during a job: a single ssh session for all its steps, opened when first needed and again after it broke
 * off. The sudo password is remembered here alone, so it lasts as long as the job.
 */
export class Workplace {
  readonly ref: MachineRef
  readonly #machines: Pick<Machines, 'open' | 'target'>
  #session: SshSession | undefined
  #owner: MachineOwner | undefined
  #windowsIdentity: MachineIdentity | undefined
  #sudoPassword: string | undefined
  readonly #asks: boolean
  #root: RootWish

  /** `asks`: a person has begun this, and answers what the machine asks. */
  constructor(
    machines: Pick<Machines, 'open' | 'target'>,
    ref: MachineRef,
    wish: { root: RootWish; sudoPassword?: string | undefined; asks?: boolean },
  ) {
    this.#machines = machines
    this.ref = ref
    this.#root = wish.root
    this.#sudoPassword = wish.sudoPassword
    this.#asks = wish.asks ?? false
  }

  /** What a person corrected; the next step looks again at who it is. */
  correct(change: { root?: RootWish | undefined; sudoPassword?: string | undefined }): void {
    if (change.root !== undefined) this.#root = change.root
    if (change.sudoPassword !== undefined) this.#sudoPassword = change.sudoPassword
    this.#owner = undefined
  }

  /** `asks` false: nobody is asked this time, whoever began the job. */
  async session(signal: AbortSignal, { asks = this.#asks } = {}): Promise<SshSession> {
    if (this.#session?.isOpen !== true) {
      this.#session?.close()
      this.#owner = undefined
      this.#windowsIdentity = undefined
      this.#session = await this.#machines.open(this.ref, { signal, asks })
    }
    return this.#session
  }

  /** The host that the way to the machine leads through, or null. */
  async jumpName(): Promise<string | null> {
    return (await this.#machines.target(this.ref)).jump?.address.host ?? null
  }

  /** A shell as the account that signed in. Throws `platform-unsupported` where there is PowerShell in place of sh. */
  async shell(signal: AbortSignal): Promise<RemoteShell> {
    const session = await this.session(signal)
    if (session.isWindows) throw noPosixShell(session)
    return new RemoteShell(session)
  }

  /** Whoever things are done as there, whatever the machine's system. Throws as `owner` does, but for Windows. */
  async identity(signal: AbortSignal): Promise<MachineIdentity> {
    const session = await this.session(signal)
    if (!session.isWindows) return await this.owner(signal)
    this.#windowsIdentity ??= await windowsIdentity(new WindowsShell(session), { signal })
    return this.#windowsIdentity
  }

  /** Throws `platform-unsupported` as `shell` does, and `sudo-missing`, `sudo-password-needed`, `sudo-password-rejected` when root is required. */
  async owner(signal: AbortSignal, options: { asks?: boolean } = {}): Promise<MachineOwner> {
    const session = await this.session(signal, options)
    if (session.isWindows) throw noPosixShell(session)
    this.#owner ??= await this.#findOwner(session, signal)
    return this.#owner
  }

  /**
   * Another one with the same knowledge, for work that outlives the job and asks nobody. It takes the session with it: a machine
   * that asks for a code at each sign-in would let in no second one.
   */
  handOver(): Workplace {
    const wish = { root: this.#root, sudoPassword: this.#sudoPassword }
    const next = new Workplace(this.#machines, this.ref, wish)
    next.#session = this.#session
    next.#owner = this.#owner
    this.#session = undefined
    this.release()
    return next
  }

  /** Ends the session; the next use opens one again. */
  release(): void {
    this.#session?.close()
    this.#session = undefined
    this.#owner = undefined
  }

  async #findOwner(session: SshSession, signal: AbortSignal): Promise<MachineOwner> {
    const plain = new RemoteShell(session)
    const text = await plain.output('id -u; id -un || id -u; printf "%s\\n" "$HOME"', { signal })
    const [, uid, user = '', home = ''] = /^(\d+)\n([^\n]+)\n(\/[^\n]*)\n$/.exec(text) ?? []
    if (uid === undefined) throw unexpectedAnswer(session.address.host, 'id', text)
    const found = { how: 'signed-in', user, home } as const
    if (uid === '0') return { ...found, as: 'root', shell: plain }
    if (this.#root === 'never') return { ...found, as: 'user', shell: plain }
    try {
      const elevation = await findSudo(session, await this.#passwords(), { signal })
      return { ...found, as: 'root', how: 'sudo', shell: new RemoteShell(session, elevation) }
    } catch (error) {
      const isNo = error instanceof AppError && error.code.startsWith('sudo-')
      if (this.#root === 'required' || this.#sudoPassword !== undefined || !isNo) throw error
      return { ...found, as: 'user', shell: plain }
    }
  }

  /** What the person gave for sudo; else the password that this machine accepted already. */
  async #passwords(): Promise<string[]> {
    if (this.#sudoPassword !== undefined) return [this.#sudoPassword]
    if (this.#root === 'if-free') return []
    const { secret } = await this.#machines.target(this.ref)
    return secret.kind === 'password' ? [secret.password] : []
  }
}

function noPosixShell({ address: { host } }: SshSession): AppError {
  return new AppError('platform-unsupported', `${host} runs Windows, where this cannot be done.`, {
    host,
    os: 'Windows',
  })
}
