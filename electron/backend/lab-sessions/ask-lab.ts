import { AppError } from '../failures/app-error.ts'
import type { SshSession } from '../ssh/ssh-session.ts'
import type { LabSessions } from './lab-sessions.ts'
import type { UseOptions } from './machine-sessions.ts'

/**
 * Asks a lab box something over its shared session; once more over a new one when the session turns out to be lost, as after
 * this laptop has slept or the box has ended its sessions. So `ask` may run twice, and only reads.
 */
export async function askLab<T>(
  labSessions: Pick<LabSessions, 'use'>,
  labId: string,
  ask: (session: SshSession) => Promise<T>,
  options: UseOptions,
): Promise<T> {
  const once = async (): Promise<T> => {
    using lab = await labSessions.use(labId, options)
    return await ask(lab.session)
  }
  try {
    return await once()
  } catch (error) {
    if (options.signal.aborted || !(error instanceof AppError) || error.code !== 'ssh-lost') throw error
    return await once()
  }
}
