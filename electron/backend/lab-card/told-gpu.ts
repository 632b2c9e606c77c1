import type { LabReading } from '@nps-desktop/electron/contract'

/** A GPU as its tool tells of it; which process belongs to whom is known from ps. */
export interface ToldGpu {
  readonly index: number
  readonly name: string
  readonly usePercent: number | null
  readonly usedBytes: number | null
  readonly totalBytes: number | null
  readonly celsius: number | null
  readonly processes: readonly { readonly pid: number; readonly bytes: number | null }[]
}

export interface ToldGpus {
  readonly gpus: readonly ToldGpu[]
  /** The tool is there, and failed. */
  readonly fault: LabReading['gpuFault']
}

/** More are in no machine; a tool that prints more is not what it seems. */
export const maxGpus = 64
/** Of one GPU. */
export const maxGpuProcesses = 128

export const noGpus: ToldGpus = { gpus: [], fault: null }
