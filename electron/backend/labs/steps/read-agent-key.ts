import { agentKey } from '@nps-desktop/electron/contract'
import { z } from 'zod'
import type { InstalledProgram } from '../../provisioning/install/installed-program.ts'
import type { RemoteMachine } from '../../provisioning/install/remote-machine.ts'

const status = z.object({ agent: z.object({ fingerprint: agentKey }) })

/**
 * The key by which visitors of private tunnels know this lab box, read on the box itself: its server has no part in that.
 * Null where npc does not say.
 */
export async function readAgentKey(
  there: RemoteMachine,
  installed: InstalledProgram,
  { signal }: { signal: AbortSignal },
): Promise<string | null> {
  const { stdout } = await there.command(installed, ['status', '-json'], { signal })
  try {
    return status.parse(JSON.parse(stdout)).agent.fingerprint
  } catch {
    // an older npc has no such word; its key is then pinned when it is first met
    return null
  }
}
