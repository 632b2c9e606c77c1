/** A relay and its agent, whatever they run as, with what the stream suite asks of them. */
export interface StreamPair {
  readonly relay: ProcessFacts
  readonly agent: ProcessFacts
  /** Opens tunnel `id` to `target` (a port of loopback, or host:port) on any free port; answers the port. */
  open(id: number, target: number | string): Promise<number>
  counters(id: number): Promise<{ downBytes: number; upBytes: number; connections: number }>
  probe(id: number): Promise<{ hops: { hop: string; state: string; failure: { code: string } | null }[] }>
  close(): Promise<void>
}

export interface ProcessFacts {
  readonly residentBytes: number
  readonly openDescriptors: number
}
