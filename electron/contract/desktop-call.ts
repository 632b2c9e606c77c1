import { oc } from '@orpc/contract'
import { z } from 'zod'
import { failureData } from './failures/failure.ts'
import { id } from './values.ts'

/** Any call or feed of the app: a foreseen failure is the error `FAILED` with a `failure` as data. */
export const base = oc.errors({ FAILED: { data: failureData } })
export const nothing = z.object({})
export const serverRef = z.object({ serverId: id })
export const labRef = z.object({ labId: id })
export const tunnelRef = z.object({ tunnelId: id })
export const jobRef = z.object({ jobId: id })
