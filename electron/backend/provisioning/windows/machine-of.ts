import { posixMachine } from '../install/posix-machine.ts'
import type { RemoteMachine } from '../install/remote-machine.ts'
import type { Workplace } from '../jobs/workplace.ts'
import { WindowsShell } from '../../ssh/shell/windows-shell.ts'
import { windowsMachine } from './windows-machine.ts'

/** The machine of a job, by whichever shell it has. Throws what `Workplace.identity` does. */
export async function machineOf(workplace: Workplace, signal: AbortSignal): Promise<RemoteMachine> {
  const session = await workplace.session(signal)
  if (!session.isWindows) return await posixMachine(workplace, signal)
  return windowsMachine(new WindowsShell(session), await workplace.identity(signal))
}
