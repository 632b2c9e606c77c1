/** The languages that the samples speak. */
export type SampleLanguage = 'en' | 'zh-CN'

/** What the trial's server, lab box and tunnels are called: names are data, and follow the language until a person changes them. */
export interface SampleNames {
  readonly server: string
  readonly lab: string
  readonly ssh: string
  readonly jupyter: string
  readonly tensorboard: string
}

export const sampleNames: Readonly<Record<SampleLanguage, SampleNames>> = {
  en: {
    server: 'Sample server',
    lab: 'Sample lab box',
    ssh: 'Sample shell',
    jupyter: 'Sample notebook',
    tensorboard: 'Sample board',
  },
  'zh-CN': {
    server: '示例云服务器',
    lab: '示例主机',
    ssh: '示例 Shell',
    jupyter: '示例 Notebook',
    tensorboard: '示例 TensorBoard',
  },
}

const keys = [
  'server',
  'lab',
  'ssh',
  'jupyter',
  'tensorboard',
] as const satisfies readonly (keyof SampleNames)[]

/** What `name` is in `wanted`; null for one that a person has given. */
export function sampleNameIn(wanted: SampleNames, name: string): string | null {
  const all: readonly SampleNames[] = Object.values(sampleNames)
  for (const one of all) {
    for (const key of keys) if (one[key] === name) return wanted[key]
  }
  return null
}
