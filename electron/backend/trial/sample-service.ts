/** One of the three services that the trial shows through its tunnels. */
export interface SampleService {
  /** Where it listens on 127.0.0.1. */
  readonly port: number
  /** Ends its connections too. Idempotent. */
  close(): Promise<void>
}
