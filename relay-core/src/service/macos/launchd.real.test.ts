import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ServiceSpec } from '../service.ts'
import { launchd } from './launchd.ts'

const spec: ServiceSpec = { name: 'npc', description: 'npc', program: '/npc', args: [], folder: '/none' }
const pathBefore = process.env['PATH']
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nps-launchd-'))
  process.env['PATH'] = `${folder}${delimiter}${pathBefore}`
})
afterEach(async () => {
  process.env['PATH'] = pathBefore
  await rm(folder, { recursive: true })
})

/** A launchctl that answers as published reports of macOS 26 say, and notes what it was asked. */
async function launchctl(answers: Readonly<Record<string, string>>): Promise<() => Promise<string[]>> {
  const cases = Object.entries(answers).map(([verb, script]) => `${verb}) ${script} ;;`)
  const lines = ['#!/bin/sh', `cd '${folder}'`, 'echo "$1" >>asked', 'case "$1" in', ...cases, 'esac']
  await writeFile(join(folder, 'launchctl'), `${lines.join('\n')}\n`, { mode: 0o755 })
  return async () => (await readFile(join(folder, 'asked'), 'utf8')).trim().split('\n')
}

const print =
  '[ -e loaded ] || { echo "Could not find service \\"nps-desktop.npc\\" in domain for system" >&2; exit 113; }'
const busy = '{ echo "Bootstrap failed: 5: Input/output error" >&2; exit 5; }'

test('a service whose label launchd has not let go yet is loaded a little later', async () => {
  const asked = await launchctl({ print, bootstrap: `[ -e tried ] && : >loaded || { : >tried; ${busy}; }` })
  await launchd.start(spec)
  expect(await asked()).toEqual(['print', 'bootstrap', 'print', 'bootstrap', 'kickstart'])
})

test('what another one has loaded meanwhile is only started', async () => {
  const asked = await launchctl({ print, bootstrap: `: >loaded; ${busy}` })
  await launchd.start(spec)
  expect(await asked()).toEqual(['print', 'bootstrap', 'print', 'kickstart'])
})

test('one that is being started already is left to that; one that cannot be loaded says why', async () => {
  await launchctl({ kickstart: 'exit 37' })
  await launchd.start(spec)
  const why = 'Bootstrap failed: 125: Domain does not support specified action'
  await launchctl({ print, bootstrap: `echo "${why}" >&2; exit 125` })
  await expect(launchd.start(spec)).rejects.toThrow(
    `launchctl bootstrap system /Library/LaunchDaemons/nps-desktop.npc.plist failed: ${why}`,
  )
})
