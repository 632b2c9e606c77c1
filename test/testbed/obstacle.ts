import { readFileSync } from 'node:fs'

/**
 * Why this computer cannot run the test bed, as one sentence for a person, or undefined when it can.
 * The bed boots real systemd machines: that needs Linux, root, and Debian's debootstrap and keys.
 */
export function testbedObstacle(): string | undefined {
  if (process.platform !== 'linux') return `the test bed needs Linux, and this is ${process.platform}`
  if (process.arch !== 'x64' && process.arch !== 'arm64') {
    return `the test bed needs an x64 or arm64 processor, and this is ${process.arch}`
  }
  if (process.getuid?.() !== 0) return 'the test bed boots machines, which needs root: run it as root'
  if (osReleaseId() !== 'debian') {
    return `the test bed builds its machines with Debian's own tools and keys, and this is ${osReleaseId()}`
  }
  return undefined
}

function osReleaseId(): string {
  const id = /^ID=(.*)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1]
  return id?.replaceAll('"', '') ?? 'an unnamed Linux'
}
