import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { tarArchive } from './tar-archive.ts'

it('tar reads the archive: names, modes, owner and contents', () => {
  const archive = tarArchive([
    { name: 'nps', mode: 0o755, body: Buffer.from('program') },
    { name: 'conf/nps.conf', mode: 0o600, body: Buffer.alloc(512, 'x') },
  ])
  const tar = (args: string[]) =>
    execFileSync('tar', args, { input: archive, encoding: 'utf8', env: { TZ: 'UTC' } })
  expect(tar(['-tvf', '-'])).toMatch(
    /-rwxr-xr-x root\/root +7 1980-01-01 00:00 nps\n-rw------- root\/root +512 .* conf\/nps\.conf\n/,
  )
  expect(tar(['-xOf', '-', 'nps'])).toBe('program')
})

it('equal files make equal archives', () => {
  const files = [{ name: 'a', mode: 0o644, body: Buffer.from('a') }]
  expect(tarArchive(files).equals(tarArchive(files))).toBe(true)
})
