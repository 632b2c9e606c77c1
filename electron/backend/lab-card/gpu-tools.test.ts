import { describe, expect, it } from 'vitest'
import {
  a100Processes,
  dividedA100,
  driverMismatch,
  driverMissing,
  fourA100,
  hiddenProcesses,
  oneMi210,
  twoRadeons,
} from '../../testing/gpu-tools.ts'
import { readNvidiaSmi } from './nvidia-smi.ts'
import { readRocmSmi } from './rocm-smi.ts'
import { readSections } from './sections.ts'

const mebibyte = 1024 * 1024
const nvidia = (code: number, said: string, processes = '') =>
  readNvidiaSmi(readSections(`m nvidia\n${code}\n${said}\nm nvidia-processes\n${processes}`, 'm'))
const rocm = (code: number, said: string) => readRocmSmi(readSections(`m rocm\n${code}\n${said}`, 'm'))

describe('nvidia-smi', () => {
  it('tells of each GPU, and which processes hold how much of its memory', () => {
    const { gpus, fault } = nvidia(0, fourA100, a100Processes)
    expect(fault).toBeNull()
    expect(gpus.map(({ usePercent, celsius }) => [usePercent, celsius])).toEqual([
      [93, 71],
      [91, 69],
      [42, 58],
      [0, 34],
    ])
    expect(gpus[0]).toMatchObject({
      index: 0,
      name: 'A100-SXM4-80GB',
      usedBytes: 62_668 * mebibyte,
      totalBytes: 81_920 * mebibyte,
      processes: [{ pid: 48_211, bytes: 62_650 * mebibyte }],
    })
    expect(gpus[2]?.processes.map(({ pid }) => pid)).toEqual([51_007, 39_020])
    expect(gpus[3]?.processes).toEqual([])
  })

  it('leaves out what it does not say', () => {
    const { gpus } = nvidia(0, dividedA100, hiddenProcesses)
    expect(gpus[0]).toMatchObject({
      usePercent: null,
      celsius: 45,
      processes: [{ pid: 48_211, bytes: null }],
    })
  })

  it('says in its own words why its driver does not answer', () => {
    expect(nvidia(18, driverMismatch)).toEqual({
      gpus: [],
      fault: {
        tool: 'nvidia-smi',
        said: 'Failed to initialize NVML: Driver/library version mismatch NVML library version: 535.183',
      },
    })
    expect(nvidia(9, driverMissing).fault?.said).toMatch(/^NVIDIA-SMI has failed/)
    expect(nvidia(137, '').fault?.said).toBe('no answer within 8 s')
  })

  it('is silent on a machine without a card, and without itself', () => {
    expect(nvidia(6, 'No devices were found')).toEqual({ gpus: [], fault: null })
    expect(readNvidiaSmi(readSections('m nvidia\nm rocm\n', 'm'))).toEqual({ gpus: [], fault: null })
  })

  it('takes no line for a GPU that is none', () => {
    expect(nvidia(0, 'hello\n1, 2\n, , , , , , \nx, y, z, 1, 2, 3, 4').gpus).toEqual([])
    const many = Array.from({ length: 500 }, (_, index) => `${index}, GPU-${index}, T4, 1, 2, 3, 4`).join(
      '\n',
    )
    expect(nvidia(0, many).gpus).toHaveLength(64)
  })
})

describe('rocm-smi', () => {
  it('tells of a card and of its processes', () => {
    expect(rocm(0, oneMi210)).toEqual({
      gpus: [
        {
          index: 0,
          name: 'INSTINCT MI210',
          usePercent: 87,
          usedBytes: 4_926_205_952,
          totalBytes: 68_702_699_520,
          celsius: 41,
          processes: [{ pid: 48_211, bytes: 4_915_195_904 }],
        },
      ],
      fault: null,
    })
  })

  it('does not say on which of several cards a process is', () => {
    const { gpus } = rocm(0, twoRadeons)
    expect(gpus.map(({ name, usePercent, processes }) => [name, usePercent, processes.length])).toEqual([
      ['Rembrandt [Radeon 680M]', 0, 0],
      ['Navi 31 [Radeon RX 7900 XT]', null, 0],
    ])
  })

  it('says why its driver does not answer, and nothing without a card', () => {
    expect(rocm(1, 'ERROR:root:Driver not initialized (amdgpu not found in modules)').fault).toEqual({
      tool: 'rocm-smi',
      said: 'ERROR:root:Driver not initialized (amdgpu not found in modules)',
    })
    expect(rocm(0, 'WARNING: No AMD GPUs specified')).toEqual({ gpus: [], fault: null })
    expect(rocm(0, '{"card0": {"a": {"b": 1}}}')).toEqual({ gpus: [], fault: null })
  })
})
