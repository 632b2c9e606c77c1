import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'

/** Each import rule of .oxlintrc.json is fed a forbidden import, and an allowed one that must pass. */
const root = resolve(import.meta.dirname, '../..')
const made: string[] = []

afterEach(() => {
  for (const file of made.splice(0)) rmSync(file, { force: true })
})

const rules: { folder: string; extension?: string; forbidden: string[]; allowed: string }[] = [
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

// Each starts the linter, which takes seconds on a busy machine.
describe('import rules', { timeout: 60_000 }, () => {
  for (const { folder, extension = '.ts', forbidden, allowed } of rules) {
    for (const specifier of forbidden)
      it(`${folder} (${extension}) may not import ${specifier}`, () => {
        expect(lint(folder, extension, specifier)).toContain('no-restricted-imports')
      })
    it(`${folder} (${extension}) may import ${allowed}`, () => {
      expect(lint(folder, extension, allowed)).not.toContain('no-restricted-imports')
    })
  }

  it('no folder of the renderer but its tests imports the app, and every feature has the rule of features', () => {
    const src = 'renderer/src'
    const below = foldersIn(src).filter((name) => !['app', 'testing', 'features'].includes(name))
    const probes: readonly (readonly [string, string])[] = [
      ...below.map((name) => [`${src}/${name}`, '../app/pages.ts'] as const),
      ...foldersIn(`${src}/features`).map(
        (name) => [`${src}/features/${name}`, '../other/OtherPage.vue'] as const,
      ),
    ]
    const written = probes.map(([folder, specifier]) =>
      writeProbe(join(folder, 'lint-probe.ts'), importing(specifier)),
    )
    const said = runOxlint(['--format', 'unix', ...written])
    const free = probes.flatMap(([folder]) => (said.includes(`${folder}/lint-probe.ts:1:`) ? [] : [folder]))
    expect(free).toEqual([])
  })

  describe.each(['electron/backend/firewall', 'relay-core/src/relay/tunnels'])('%s may not', (folder) => {
    it.each([
      ['ask the system for the time', 'export const now = Date.now()\n', 'no-restricted-properties'],
      ['leave anything to chance', 'export const chance = Math.random()\n', 'no-restricted-properties'],
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
      ['repeat by a bare timer', 'export const timer = setInterval(() => {}, 1)\n', 'no-restricted-globals'],
    ])('%s', (_what, text, rule) => {
      expect(lintText(`${folder}/lint-probe.ts`, text)).toContain(rule)
    })
  })

  it('nobody puts a deadline on work that takes no signal, and so would not end', () => {
    const declared =
      'declare function withDeadline(wait: unknown, work: (signal?: AbortSignal) => unknown): unknown\n'
    const lint = (work: string) =>
      lintText(
        'electron/backend/firewall/lint-probe.ts',
        `${declared}export const done = withDeadline({}, ${work})\n`,
      )
    for (const deaf of ['() => 1', 'async () => 1', '(_signal) => 1', 'function () { return 1 }'])
      expect(lint(deaf)).toContain('house(heard-signal)')
    expect(lint('(signal) => signal')).not.toContain('house(heard-signal)')
  })

  it('wire may not use Node globals or timers', () => {
    expect(
      lintText('relay-core/src/wire/lint-probe.ts', 'export const x = setTimeout(() => {}, 1)\n'),
    ).toContain('no-restricted-globals')
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

function lint(folder: string, extension: string, specifier: string): string {
  const script = importing(specifier)
  const text =
    extension === '.vue' ? `<script lang="ts">\n${script}</script>\n<template><p /></template>\n` : script
  return lintText(join(folder, `${extension === '.vue' ? 'LintProbe' : 'lint-probe'}${extension}`), text)
}

function lintText(path: string, text: string): string {
  return runOxlint([writeProbe(path, text)])
}

function writeProbe(path: string, text: string): string {
  const file = join(root, path)
  mkdirSync(dirname(file), { recursive: true })
  made.push(file)
  writeFileSync(file, text)
  return file
}

function runOxlint(args: readonly string[]): string {
  try {
    return execFileSync(join(root, 'node_modules/.bin/oxlint'), args, { cwd: root, encoding: 'utf8' })
  } catch (error) {
    return String((error as { stdout?: string }).stdout)
  }
}
