import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { updateConfigOf } from './update-config.ts'

let resources = ''
beforeEach(() => {
  resources = mkdtempSync(join(tmpdir(), 'nps-desktop-config-'))
})
afterEach(() => rmSync(resources, { recursive: true }))

it('the address of the package comes before that of the build, which may be none', () => {
  const own = join(resources, 'own.yml')
  writeFileSync(own, 'provider: generic\nurl: \nupdaterCacheDirName: nps-desktop-updater\n')
  expect(updateConfigOf({ resources, own })).toEqual({ file: own, address: '' })
  const file = join(resources, 'app-update.yml')
  writeFileSync(file, "provider: generic\nurl: 'https://updates.example.org/'\nupdaterCacheDirName: nps\n")
  expect(updateConfigOf({ resources, own })).toEqual({ file, address: 'https://updates.example.org/' })
})
