import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readKnownNames } from './known-names.ts'

let folder: string
let config: string
beforeAll(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'nps-names-')), '.ssh')
  config = join(folder, 'config')
  await mkdir(join(folder, 'conf.d'), { recursive: true })
  await writeFile(join(folder, 'conf.d', 'one.conf'), 'Host in-folder\n  Port 1\n')
  await writeFile(join(folder, 'own.conf'), 'Host own\n  Port 1\n')
  await writeFile(join(folder, 'loop.conf'), 'Include loop.conf\nHost "in loop" in-loop\n')
})
afterAll(() => rm(join(folder, '..'), { recursive: true }))

const namesOf = async (text: string) =>
  await readKnownNames(config, text, { own: [join(folder, 'own.conf')] })

test('a name is known by its line, or by a pattern that leads to a host', async () => {
  const isKnown = await namesOf(
    '\u00EF\u00BB\u00BFhost gate GPU-1\r\n  HostName 10.0.0.1\r\nHost lab-*\n HostName %h.example.org\nHost nas-* !nas-1\n  User goudan\nHost *\n  HostName x\n',
  )
  for (const name of ['gate', 'gpu-1', 'lab-a100']) expect([name, isKnown(name)]).toEqual([name, true])
  for (const name of ['nas-1', 'h200', 'lab']) expect([name, isKnown(name)]).toEqual([name, false])
})

test('included files count, the app’s own does not, and one that includes itself ends', async () => {
  const isKnown = await namesOf(
    'Include conf.d/*.conf own.conf\nHost outer\n  Include loop.conf\nInclude missing.conf\n',
  )
  for (const name of ['in-folder', 'in-loop', 'outer']) expect([name, isKnown(name)]).toEqual([name, true])
  expect(isKnown('own')).toBe(false)
})
