import { expect, test } from 'vitest'
import { parseUpdateList } from './update-list.ts'

const options = { atMs: 1_764_500_000_000, asRoot: false }

test('of all that apt would install, what comes from an archive of security', () => {
  const text = `@@system
"Ubuntu 22.04.5 LTS"
@@apt
Inst libssl3 [3.0.2-0ubuntu1.15] (3.0.2-0ubuntu1.18 Ubuntu:22.04/jammy-updates, Ubuntu:22.04/jammy-security [amd64])
Inst tzdata [2024a] (2024b Ubuntu:22.04/jammy-updates [all])
Inst linux-image-6.1.0-30-amd64 (6.1.124-1 Debian-Security:12/stable-security [amd64]) []
@@listed
1764400000
@@end
`
  expect(parseUpdateList(text, options)).toEqual({
    system: 'Ubuntu 22.04.5 LTS',
    packages: ['libssl3', 'linux-image-6.1.0-30-amd64'],
    listedAtMs: 1_764_400_000_000,
    command: 'sudo apt-get update && sudo apt-get dist-upgrade',
    atMs: options.atMs,
  })
})

test('advisories of dnf 4 and dnf 5, each package once', () => {
  const text = `@@system
"Rocky Linux 9.4 (Blue Onyx)"
@@dnf
RLSA-2026:1 Important/Sec. openssl-libs-3.0.7-28.el9.x86_64
RLSA-2026:2 Moderate/Sec. openssl-libs-3.0.7-28.el9.x86_64
Name Type Severity Package Issued
FEDORA-2026-a security Moderate curl-8.9.1-3.fc41.x86_64 2026-11-02 01:02:03
RLBA-2026:3 bugfix tzdata-2024b-2.el9.noarch
@@end
`
  expect(parseUpdateList(text, { ...options, asRoot: true })).toMatchObject({
    packages: ['curl-8.9.1-3.fc41.x86_64', 'openssl-libs-3.0.7-28.el9.x86_64'],
    listedAtMs: null,
    command: 'dnf upgrade --security',
  })
})

test('nothing is known of a machine with other tools, or of an answer that was cut off', () => {
  expect(parseUpdateList('@@system\nAlpine\n@@end\n', options)).toBeNull()
  expect(parseUpdateList('@@system\nDebian\n@@apt\nInst a', options)).toBeNull()
})

test('whatever a machine calls itself stays one short line', () => {
  const text = `@@system\n"\u001b[31m${'x'.repeat(500)}"\n@@apt\n@@end\n`
  const system = parseUpdateList(text, options)?.system ?? ''
  expect(system.length).toBeLessThanOrEqual(80)
  expect(system).toMatch(/^\[31mx+$/)
})

test.each(['99999999999999', '-3', 'soon'])('a list that is of %s has no time', (listed) => {
  const text = `@@system\nDebian\n@@apt\n@@listed\n${listed}\n@@end\n`
  expect(parseUpdateList(text, options)?.listedAtMs).toBeNull()
})
