import type { Corrections, JumpHost, MachineRef, SshSecret } from '@nps-desktop/electron/contract'
import { sshSecret } from '@nps-desktop/electron/contract'
import { AppError } from '../failures/app-error.ts'
import type { JumpRecord, LabRecord, ServerRecord, Storage } from '../storage/records.ts'
import { storedLab } from '../storage/stored-machine.ts'
import { openSession, type SshTarget } from './open-session.ts'
import type { AskPerson } from './ask-person.ts'
import { readKey } from './keys/private-key.ts'
import type { UsableSecret } from './ssh-sign-in.ts'
import type { SshSession } from './ssh-session.ts'

/** Opens ssh sessions on remembered machines. */
export interface Machines {
  /** Address and secret of a machine, jump hosts included. */
  target(ref: MachineRef): Promise<SshTarget>
  /** The target of a jump host as the page describes it. */
  jumpTarget(jump: JumpHost): Promise<SshTarget | undefined>
  /**
   * Keeps what a person enters so that the app gets in to the machine: the passphrase of the first key on the way that is locked,
   * another secret. Nothing of a machine that is removed meanwhile.
   */
  correct(ref: MachineRef, signIn: Pick<Corrections, 'passphrase' | 'secret'>): Promise<void>
  /**
   * `by`: where a tunnel leads to the machine's sshd, to be dialled instead of its address. `asks`: what the machine asks beside
   * the secret is put to the person; only for what a person has just begun.
   */
  open(
    ref: MachineRef,
    options: {
      signal: AbortSignal
      by?: { readonly host: string; readonly port: number }
      asks?: boolean
    },
  ): Promise<SshSession>
  /** Opens a session for `work` and closes it after. */
  withSsh<T>(
    ref: MachineRef,
    work: (session: SshSession) => Promise<T>,
    options: { signal: AbortSignal },
  ): Promise<T>
}

/** Which name the sign-in of a machine has among the secrets. */
export function secretName(ref: MachineRef, part: 'ssh' | 'jump' = 'ssh'): string {
  return `${ref.kind}/${ref.id}/${part}`
}

export function createMachines({ storage, ask }: { storage: Storage; ask?: AskPerson }): Machines {
  const readSecret = async (name: string, host: string): Promise<UsableSecret> => {
    const text = await storage.secrets.get(name)
    const secret: SshSecret | null = text === null ? null : sshSecret.parse(JSON.parse(text))
    if (secret === null || secret.kind === 'stored') throw noSignIn(host)
    return secret
  }

  const jumpOf = async (jump: JumpRecord, ref: MachineRef): Promise<SshTarget | undefined> => {
    if (jump.kind === 'none') return undefined
    if (jump.kind === 'server') return await target({ kind: 'server', id: jump.serverId })
    return { address: jump.address, secret: await readSecret(secretName(ref, 'jump'), jump.address.host) }
  }

  const recordOf = (ref: MachineRef): ServerRecord | LabRecord | undefined =>
    ref.kind === 'server' ? storage.servers.get(ref.id) : storage.labs.get(ref.id)

  const target = async (ref: MachineRef): Promise<SshTarget> => {
    const record = recordOf(ref)
    if (!record) throw new AppError('not-found', 'This machine is no longer in the list.', {})
    if (!record.address) throw noSignIn(record.name)
    const secret = await readSecret(secretName(ref), record.address.host)
    const jump = 'jump' in record ? await jumpOf(record.jump, ref) : undefined
    return { address: record.address, name: record.name, secret, ...(jump ? { jump } : {}) }
  }

  const open: Machines['open'] = async (ref, { signal, by, asks = false }) =>
    await openSession(
      { ...(await target(ref)), ...(by && { by }) },
      { hostKeys: storage.hostKeys, ask: asks ? ask : undefined, signal },
    )

  /** The secrets on the way, in the order in which they are used. */
  const secretsTo = (ref: MachineRef): string[] => {
    const jump = ref.kind === 'lab' ? storage.labs.get(ref.id)?.jump : undefined
    const through =
      jump?.kind === 'server'
        ? [secretName({ kind: 'server', id: jump.serverId })]
        : jump?.kind === 'other'
          ? [secretName(ref, 'jump')]
          : []
    return [...through, secretName(ref)]
  }

  const unlock = async (ref: MachineRef, passphrase: string): Promise<void> => {
    for (const name of secretsTo(ref)) {
      const secret = await readSecret(name, ref.id)
      if (secret.kind !== 'key' || !(await isLocked(secret))) continue
      // the machine was removed meanwhile
      if (!storage.secrets.has(name)) return
      await storage.secrets.set(name, JSON.stringify({ ...secret, passphrase }))
      return
    }
  }

  return {
    target,
    correct: async (ref, { passphrase, secret }) => {
      if (passphrase !== undefined) await unlock(ref, passphrase)
      if (secret === undefined || secret.kind === 'stored' || !recordOf(ref)) return
      await storage.secrets.set(secretName(ref), JSON.stringify(secret))
    },
    jumpTarget: async (jump) => {
      if (jump.kind === 'none') return undefined
      if (jump.kind === 'server') return await target({ kind: 'server', id: jump.serverId })
      if (jump.kind === 'kept') {
        const lab = storedLab(storage, jump.labId)
        return await jumpOf(lab.jump, { kind: 'lab', id: lab.id })
      }
      if (jump.secret.kind === 'stored') throw noSignIn(jump.address.host)
      return { address: jump.address, secret: jump.secret }
    },
    open,
    withSsh: async (ref, work, { signal }) => {
      const session = await open(ref, { signal })
      try {
        return await work(session)
      } finally {
        session.close()
      }
    },
  }
}

async function isLocked({ key, passphrase }: Extract<UsableSecret, { kind: 'key' }>): Promise<boolean> {
  try {
    await readKey(key, passphrase)
    return false
  } catch (error) {
    return error instanceof AppError && error.code === 'key-passphrase-needed'
  }
}

function noSignIn(host: string): AppError {
  return new AppError(
    'secret-missing',
    `No sign-in for ${host} is kept on this computer.`,
    { name: host },
    {
      fixes: [{ action: 'enter-secret' }],
    },
  )
}
