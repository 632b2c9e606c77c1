import type { Settings } from '@nps-desktop/electron/contract'

/** What the trial's server, lab box and tunnels are called: names are data, and follow the language until a person changes them. */
export interface SampleNames {
  readonly server: string
  readonly lab: string
  readonly ssh: string
  readonly jupyter: string
  readonly tensorboard: string
}

const names: Readonly<Record<'en' | 'zh-CN', SampleNames>> = {
  en: {
    server: 'This computer',
    lab: 'Sample lab box',
    ssh: 'Sample shell',
    jupyter: 'Sample notebook',
    tensorboard: 'Sample board',
  },
  'zh-CN': {
    server: '这台电脑',
    lab: '示例主机',
    ssh: '示例 Shell',
    jupyter: '示例 Notebook',
    tensorboard: '示例 TensorBoard',
  },
}

/** In the person's language; `system` is the one this computer is set to. */
export function sampleNames(
  language: Settings['language'],
  systemLocale = Intl.DateTimeFormat().resolvedOptions().locale,
): SampleNames {
  if (language !== 'system') return names[language]
  return systemLocale.startsWith('zh') ? names['zh-CN'] : names.en
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
  const all: readonly SampleNames[] = Object.values(names)
  for (const one of all) {
    for (const key of keys) if (one[key] === name) return wanted[key]
  }
  return null
}
