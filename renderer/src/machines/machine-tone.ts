import type { Lab, Server, Tunnel } from '@nps-desktop/electron/contract'
import type { Tone } from '../ui/StatusMark.vue'
import { tunnelLook } from '../tunnels/tunnel-state.ts'

export function serverTone(server: Server, laptopOnline: boolean): Tone {
  if (!laptopOnline && !server.local) return 'off'
  switch (server.link.state) {
    case 'online':
      return 'ready'
    case 'checking':
      return 'try'
    case 'away':
    case 'failed':
      return 'fail'
    case 'not-set-up':
      return 'off'
  }
}

/** A box that is online but has a broken tunnel deserves a look. */
export function labTone(lab: Lab, tunnels: readonly Tunnel[], nowMs: number): Tone {
  switch (lab.state.state) {
    case 'online':
      return tunnels.some((tunnel) => tunnelLook(tunnel, nowMs).look === 'broken') ? 'look' : 'ready'
    case 'offline':
      return 'fail'
    case 'unknown':
    case 'waiting':
      return 'off'
  }
}
