import type { MachineRef } from '@nps-desktop/electron/contract'
import { useRouter } from 'vue-router'
import { usePageKeys } from '../ui/keys/use-page-keys.ts'

/** Opens a terminal on the machine of a page: by its button, and by T. Null: it has none to open. */
export function useOpenTerminal(machineNow: () => MachineRef | null): () => void {
  const router = useRouter()
  function open(): boolean {
    const machine = machineNow()
    if (machine) void router.push({ name: 'terminal', query: { [machine.kind]: machine.id } })
    return machine !== null
  }
  usePageKeys({ t: open })
  return open
}
