import { z } from 'zod'
import { lab } from './labs/lab-models.ts'
import { server } from './servers/server-models.ts'
import { otherTunnel, tunnel } from './tunnels/tunnel-models.ts'
import { instantMs } from './values.ts'

/** A row of the app's data that could not be read at the start; it is kept, but not used. */
export const setAside = z.object({
  id: z.number().int(),
  kind: z.enum(['server', 'lab', 'tunnel']),
  name: z.string(),
})
export type SetAside = z.infer<typeof setAside>

/** Everything on Home; one value, the latest wins. */
export const overview = z.object({
  atMs: instantMs,
  laptopOnline: z.boolean(),
  servers: z.array(server),
  labs: z.array(lab),
  tunnels: z.array(tunnel),
  otherTunnels: z.array(otherTunnel),
  setAside: z.array(setAside),
  trial: z.boolean(),
})
export type Overview = z.infer<typeof overview>

/** Before anything is set up. */
export function emptyOverview(atMs: number): Overview {
  return {
    atMs,
    laptopOnline: true,
    servers: [],
    labs: [],
    tunnels: [],
    otherTunnels: [],
    setAside: [],
    trial: false,
  }
}
