import type { Tunnel } from '@nps-desktop/electron/contract'
import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import { useBackend } from '../carrier/use-backend.ts'

/** A tunnel that is stopped and will be forgotten at `undoUntilMs`. */
export interface Removal {
  tunnelId: string
  name: string
  undoUntilMs: number
}

/** Tunnels being removed: the one that is asked about, and those that can still be brought back. */
export const useRemovals = defineStore('removals', () => {
  const { api } = useBackend()
  const asked = shallowRef<Pick<Tunnel, 'id' | 'name' | 'address'> | null>(null)
  const undoable = ref<Removal[]>([])

  /** Opens the question; nothing happens before it is answered. */
  function ask(tunnel: Pick<Tunnel, 'id' | 'name' | 'address'>): void {
    asked.value = tunnel
  }
  /** The question stays open: whoever asked closes it, once the page no longer shows the tunnel. */
  async function remove(tunnel: Pick<Tunnel, 'id' | 'name'>): Promise<void> {
    const { undoUntilMs } = await api.tunnels.remove({ tunnelId: tunnel.id })
    undoable.value.push({ tunnelId: tunnel.id, name: tunnel.name, undoUntilMs })
  }
  async function undo(tunnelId: string): Promise<void> {
    await api.tunnels.undoRemove({ tunnelId })
    forget(tunnelId)
  }
  function forget(tunnelId: string): void {
    undoable.value = undoable.value.filter((removal) => removal.tunnelId !== tunnelId)
  }
  return { asked, undoable, ask, remove, undo, forget }
})
