import type { AbsenceReason } from '../../api/client-models.ts'

/** What the relay tells by itself: a fact about a named thing. Times in milliseconds since the Unix epoch. */
export type WebhookEvent =
  | { readonly event: 'test' }
  /** `tunnels`: how many are switched on there. */
  | { readonly event: 'lab-away'; readonly lab: string; readonly sinceMs: number; readonly tunnels: number }
  | {
      readonly event: 'lab-back'
      readonly lab: string
      readonly awayMs: number
      readonly why?: AbsenceReason
    }
  /** A tunnel whose targets are watched, and those that fail. */
  | {
      readonly event: 'service-away'
      readonly service: string
      readonly lab: string
      readonly targets: readonly string[]
      readonly sinceMs: number
    }
  | {
      readonly event: 'service-back'
      readonly service: string
      readonly lab: string
      readonly awayMs: number
    }
  /** `of`: the tunnel or lab box whose quota it is. */
  | {
      readonly event: 'quota'
      readonly of: string
      readonly percent: number
      readonly usedBytes: number
      readonly quotaBytes: number
      readonly isMonthly: boolean
    }
  | {
      readonly event: 'process-ended'
      readonly process: string
      readonly lab: string
      readonly ranMs: number
    }
  | { readonly event: 'gpus-free'; readonly lab: string; readonly gpus: readonly number[] }
  | {
      readonly event: 'guest-came'
      readonly guest: string
      readonly service: string
      readonly lab: string
      readonly address: string
    }
  | {
      readonly event: 'guest-pass-over'
      readonly guest: string
      readonly service: string
      readonly lab: string
      readonly wasUsed: boolean
    }

/** An event with where and when, as it waits to be sent. */
export interface WebhookMessage {
  readonly atMs: number
  /** The server's own name. */
  readonly server: string
  readonly event: WebhookEvent
}
