import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { LintProbes } from '../../build/lint/lint-probes.ts'

/** Each import rule of .oxlintrc.json is fed a forbidden import, and an allowed one that must pass. */
const root = resolve(import.meta.dirname, '../..')
const restrictedImport = 'eslint(no-restricted-imports)'

const probes = new LintProbes()
// it starts the linter, which takes seconds on a busy machine
beforeAll(() => probes.lint(), 60_000)

const rules: { folder: string; extension?: '.vue'; forbidden: string[]; allowed: string }[] = [
  { folder: 'relay-core/src/api', forbidden: ['node:net', 'ws', '../relay/relay.ts'], allowed: 'zod' },
  {
    folder: 'electron/contract',
    forbidden: ['node:fs', 'electron', '../backend/desktop/desktop-backend.ts'],
    allowed: 'zod',
  },
  {
    folder: 'relay-core/src/wire',
    forbidden: ['node:net', '../api/errors.ts', 'ws'],
    allowed: './frame.ts',
  },
  {
    folder: 'relay-core/src/async/wait',
    forbidden: ['../../api/errors.ts', 'zod', 'ws', '@nps-desktop/relay-core/api'],
    allowed: 'node:events',
  },
  {
    folder: 'relay-core/src/relay',
    forbidden: ['electron', 'bun:sqlite', 'ssh2', 'vue'],
    allowed: 'node:net',
  },
  { folder: 'relay-core/src/cli/nps', forbidden: ['electron', 'bun'], allowed: 'node:process' },
  { folder: 'relay-core/src', forbidden: ['electron', 'vue'], allowed: 'node:process' },
  { folder: 'relay-core/src/testing', forbidden: ['electron', 'ssh2'], allowed: 'node:net' },
  { folder: 'electron/testing', forbidden: ['electron', 'vue'], allowed: 'node:net' },
  {
    folder: 'electron/backend',
    forbidden: ['electron', 'vue', '../main/main.ts', '../testing/app-and-relay.ts'],
    allowed: 'ssh2',
  },
  {
    folder: 'electron/backend/trial',
    forbidden: ['../../testing/app-and-relay.ts', '../../main/main.ts', 'electron'],
    allowed: '../tunnels/tunnel-calls.ts',
  },
  {
    folder: 'electron/headless',
    forbidden: ['electron', '../main/main.ts', '../testing/app-and-relay.ts'],
    allowed: '../backend/desktop/desktop-backend.ts',
  },
  {
    folder: 'electron/main',
    forbidden: [
      '../backend/desktop/desktop-backend.ts',
      '../testing/app-and-relay.ts',
      'ssh2',
      '@nps-desktop/relay-core/relay',
    ],
    allowed: 'electron',
  },
  {
    folder: 'electron/preload',
    forbidden: ['node:fs', '@nps-desktop/electron/contract', '../main/menu-words.ts'],
    allowed: 'electron',
  },
  {
    folder: 'renderer/src/app',
    forbidden: ['node:fs', 'electron', '@nps-desktop/relay-core/relay', 'ws', '../testing/mount-page.ts'],
    allowed: 'vue',
  },
  {
    folder: 'renderer/src/ui',
    extension: '.vue',
    forbidden: [
      'node:fs',
      'electron',
      'pinia',
      '@nps-desktop/electron/contract',
      '../stores/use-overview.ts',
      '../carrier/use-backend.ts',
      '../failures/FailurePanel.vue',
    ],
    allowed: './AppIcon.vue',
  },
  {
    folder: 'renderer/src/ui/frame',
    extension: '.vue',
    forbidden: ['pinia', '../../stores/use-overview.ts', '../../failures/FailurePanel.vue'],
    allowed: '../AppIcon.vue',
  },
  { folder: 'renderer/src/format', forbidden: ['pinia', '../ui/icons.ts'], allowed: 'vue-i18n' },
  {
    folder: 'renderer/src/locales/en',
    forbidden: ['vue', '../../ui/icons.ts'],
    allowed: '@nps-desktop/electron/contract',
  },
  {
    folder: 'renderer/src/carrier',
    forbidden: ['pinia', '../stores/use-overview.ts', '../ui/icons.ts'],
    allowed: '@orpc/client',
  },
  {
    folder: 'renderer/src/stores',
    forbidden: ['vue-router', '../ui/icons.ts', '../tunnels/tunnel-state.ts'],
    allowed: '../carrier/use-backend.ts',
  },
  {
    folder: 'renderer/src/failures',
    extension: '.vue',
    forbidden: ['../tunnels/tunnel-state.ts', '../machines/machine-tone.ts', '../features/home/HomePage.vue'],
    allowed: '../ui/AppButton.vue',
  },
  {
    folder: 'renderer/src/traffic',
    forbidden: ['../jobs/use-job.ts', '../tunnels/tunnel-state.ts', '../machines/machine-tone.ts'],
    allowed: '../failures/fixes.ts',
  },
  {
    folder: 'renderer/src/tunnels',
    forbidden: ['../machines/machine-tone.ts', '../features/tunnel/TunnelPage.vue'],
    allowed: '../traffic/live-traffic.ts',
  },
  {
    folder: 'renderer/src/tunnels/form',
    forbidden: ['../../machines/machine-tone.ts', '../../features/tunnel/TunnelPage.vue'],
    allowed: '../tunnel-state.ts',
  },
  {
    folder: 'renderer/src/machines',
    forbidden: ['../features/lab/LabPage.vue', '../app/pages.ts'],
    allowed: '../tunnels/tunnel-state.ts',
  },
  {
    folder: 'renderer/src/features/home',
    extension: '.vue',
    forbidden: ['../tunnel/TunnelPage.vue', '../../app/pages.ts', '../../console/session.ts', 'node:fs'],
    allowed: '../../tunnels/tunnel-state.ts',
  },
  {
    folder: 'renderer/src/features/setup/wizard',
    forbidden: ['../../home/HomePage.vue', '../../../app/pages.ts'],
    allowed: '../sign-in/ssh-line.ts',
  },
  {
    folder: 'renderer/src/console',
    forbidden: ['pinia', '../stores/use-overview.ts', '../features/home/HomePage.vue', '../app/pages.ts'],
    allowed: '../traffic/TrafficPanel.vue',
  },
]

describe('import rules', () => {
  for (const { folder, extension = '.ts', forbidden, allowed } of rules) {
    for (const specifier of forbidden) {
      const rulesMet = probe(folder, importing(specifier), extension)
      it(`${folder} (${extension}) may not import ${specifier}`, () => {
        expect(rulesMet()).toContain(restrictedImport)
      })
    }
    const rulesMet = probe(folder, importing(allowed), extension)
    it(`${folder} (${extension}) may import ${allowed}`, () => {
      expect(rulesMet()).not.toContain(restrictedImport)
    })
  }

  describe('in the renderer', () => {
    const src = 'renderer/src'
    const below = foldersIn(src).filter((name) => !['app', 'testing', 'features'].includes(name))
    const forbidden = [
      ...below.map((name) => [`${src}/${name}`, '../app/pages.ts'] as const),
      ...foldersIn(`${src}/features`).map(
        (name) => [`${src}/features/${name}`, '../other/OtherPage.vue'] as const,
      ),
    ].map(([folder, specifier]) => ({ folder, rulesMet: probe(folder, importing(specifier)) }))

    it('no folder but its tests imports the app, and every feature has the rule of features', () => {
      const free = forbidden.filter(({ rulesMet }) => !rulesMet().includes(restrictedImport))
      expect(free.map(({ folder }) => folder)).toEqual([])
    })
  })

  describe.each(['electron/backend/firewall', 'relay-core/src/relay/tunnels'])('%s may not', (folder) => {
    const rows = [
      ['ask the system for the time', 'export const now = Date.now()\n', 'eslint(no-restricted-properties)'],
      [
        'leave anything to chance',
        'export const chance = Math.random()\n',
        'eslint(no-restricted-properties)',
      ],
      [
        'ask the system’s clock past the one that is handed in',
        'declare const systemClock: { now(): number }\nexport const atMs = systemClock.now()\n',
        'house(handed-clock)',
      ],
      [
        'hand the system’s clock on',
        'declare const systemClock: { now(): number }\nexport const options = { clock: systemClock }\n',
        'house(handed-clock)',
      ],
      [
        'take a part of the system’s clock',
        'declare const systemClock: { now(): number }\nconst { now } = systemClock\nexport const atMs = now()\n',
        'house(handed-clock)',
      ],
      [
        'take the system’s clock by another name',
        'declare const systemClock: { now(): number }\nconst clock = systemClock\nexport const atMs = clock.now()\n',
        'house(handed-clock)',
      ],
      [
        'put the system’s clock in place of its own',
        'declare const systemClock: { now(): number }\nlet clock: typeof systemClock | undefined\nexport const take = () => (clock = systemClock)\n',
        'house(handed-clock)',
      ],
      [
        'repeat by a bare timer',
        'export const timer = setInterval(() => {}, 1)\n',
        'eslint(no-restricted-globals)',
      ],
    ] as const
    for (const [what, text, rule] of rows) {
      const rulesMet = probe(folder, text)
      it(`${what}`, () => {
        expect(rulesMet()).toContain(rule)
      })
    }
  })

  describe('a deadline', () => {
    const declared =
      'declare function withDeadline(wait: unknown, work: (signal?: AbortSignal) => unknown): unknown\n'
    const workOf = (work: string) =>
      probe('electron/backend/firewall', `${declared}export const done = withDeadline({}, ${work})\n`)

    const deaf = ['() => 1', 'async () => 1', '(_signal) => 1', 'function () { return 1 }']
    for (const work of deaf) {
      const rulesMet = workOf(work)
      it(`is not put on work that takes no signal, and so would not end: ${work}`, () => {
        expect(rulesMet()).toContain('house(heard-signal)')
      })
    }

    const heard = workOf('(signal) => signal')
    it('may be put on work that takes one', () => {
      expect(heard()).not.toContain('house(heard-signal)')
    })
  })

  const timer = probe('relay-core/src/wire', 'export const x = setTimeout(() => {}, 1)\n')
  it('wire may not use Node globals or timers', () => {
    expect(timer()).toContain('eslint(no-restricted-globals)')
  })
})

function foldersIn(path: string): string[] {
  return readdirSync(join(root, path), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? [entry.name] : [],
  )
}

function importing(specifier: string): string {
  return `import * as probe from '${specifier}'\nexport const seen = probe\n`
}

/** The names of the rules that `script` breaks in `folder`, for a test to ask. */
function probe(folder: string, script: string, extension: '.ts' | '.vue' = '.ts'): () => readonly string[] {
  const text =
    extension === '.vue' ? `<script lang="ts">\n${script}</script>\n<template><p /></template>\n` : script
  const findings = probes.add(folder, extension, text)
  return () => findings().map(({ rule }) => rule)
}
