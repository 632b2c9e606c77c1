import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'

/** Each import rule of .oxlintrc.json is fed a forbidden import, and an allowed one that must pass. */
const root = resolve(import.meta.dirname, '..')
const made: string[] = []

afterEach(() => {
  for (const file of made.splice(0)) rmSync(file, { force: true })
})

const rules: { folder: string; extension?: string; forbidden: string[]; allowed: string }[] = [
  { folder: 'relay-core/src/api', forbidden: ['node:net', 'ws', '../relay/relay.ts'], allowed: 'zod' },
  {
    folder: 'electron/contract',
    forbidden: ['node:fs', 'electron', '../backend/backend.ts'],
    allowed: 'zod',
  },
  { folder: 'relay-core/src/wire', forbidden: ['node:net', '../api/models.ts', 'ws'], allowed: './frame.ts' },
  {
    folder: 'relay-core/src/async',
    forbidden: ['../api/errors.ts', 'zod', 'ws', '@nps-desktop/relay-core/api'],
    allowed: 'node:events',
  },
  {
    folder: 'relay-core/src/relay',
    forbidden: ['electron', 'bun:sqlite', 'ssh2', 'vue'],
    allowed: 'node:net',
  },
  { folder: 'relay-core/src/cli', forbidden: ['electron', 'bun'], allowed: 'node:process' },
  { folder: 'electron/backend', forbidden: ['electron', 'vue', '../main/main.ts'], allowed: 'ssh2' },
  {
    folder: 'electron/headless',
    forbidden: ['electron', '../main/main.ts'],
    allowed: '../backend/backend.ts',
  },
  {
    folder: 'electron/main',
    forbidden: ['../backend/backend.ts', 'ssh2', '@nps-desktop/relay-core/relay'],
    allowed: 'electron',
  },
  {
    folder: 'electron/preload',
    forbidden: ['node:fs', '@nps-desktop/electron/contract', '../main/words.ts'],
    allowed: 'electron',
  },
  {
    folder: 'renderer/src/app',
    forbidden: ['node:fs', 'electron', '@nps-desktop/relay-core/relay', 'ws'],
    allowed: 'vue',
  },
  { folder: 'renderer/src/ui', extension: '.vue', forbidden: ['node:fs', 'electron'], allowed: 'vue' },
]

describe('import rules', () => {
  for (const { folder, extension = '.ts', forbidden, allowed } of rules) {
    for (const specifier of forbidden)
      it(`${folder} (${extension}) may not import ${specifier}`, () => {
        expect(lint(folder, extension, specifier)).toContain('no-restricted-imports')
      })
    it(`${folder} (${extension}) may import ${allowed}`, () => {
      expect(lint(folder, extension, allowed)).not.toContain('no-restricted-imports')
    })
  }

  it('wire may not use Node globals or timers', () => {
    expect(
      lintText('relay-core/src/wire/lint-probe.ts', 'export const x = setTimeout(() => {}, 1)\n'),
    ).toContain('no-restricted-globals')
  })
})

function lint(folder: string, extension: string, specifier: string): string {
  const script = `import * as probe from '${specifier}'\nexport const seen = probe\n`
  const text =
    extension === '.vue' ? `<script lang="ts">\n${script}</script>\n<template><p /></template>\n` : script
  return lintText(join(folder, `${extension === '.vue' ? 'LintProbe' : 'lint-probe'}${extension}`), text)
}

function lintText(path: string, text: string): string {
  const file = join(root, path)
  mkdirSync(dirname(file), { recursive: true })
  made.push(file)
  writeFileSync(file, text)
  try {
    return execFileSync(join(root, 'node_modules/.bin/oxlint'), [file], { cwd: root, encoding: 'utf8' })
  } catch (error) {
    return String((error as { stdout?: string }).stdout)
  }
}
