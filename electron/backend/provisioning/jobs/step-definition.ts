import type { Corrections, FactCode, FactParams, PortReport, StepId } from '@nps-desktop/electron/contract'

/** What a step tells while it runs. */
export interface StepReport {
  readonly signal: AbortSignal
  fact<Code extends FactCode>(code: Code, params: FactParams<Code>): void
  progress(done: number, total: number, unit: 'bytes' | 'ports'): void
  ports(report: PortReport): void
  /** Every path that the job writes on the machine, once it is known better than before. */
  writes(paths: readonly string[]): void
}

/**
 * One named step of a job. `run` may be called again at any time, after a crash too: it finds out what is there
 * already and does the rest. It throws an AppError to fail, and answers `skipped` when there was nothing to do.
 */
export interface StepDefinition<Context> {
  readonly id: StepId
  /** Corrections that make this step run again although it was done. */
  readonly redoneBy?: readonly (keyof Corrections)[]
  /** When this step has failed, trying again begins with that earlier one. */
  readonly againFrom?: StepId
  run(context: Context, report: StepReport): Promise<'done' | 'skipped'>
}
