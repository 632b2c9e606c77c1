import { readdirSync, readlinkSync } from 'node:fs'

/** Of the event loop itself: made on first use and kept until the process ends. */
const ofEventLoop = /^anon_inode:/

/** Every descriptor of this process, as `23 -> socket:[4711]`; empty where there is no /proc. */
export function openDescriptors(): string[] {
  const found: string[] = []
  for (const fd of namesIn('/proc/self/fd')) {
    const target = targetOf(fd)
    if (target !== null && !ofEventLoop.test(target)) found.push(`${fd} -> ${target}`)
  }
  return found
}

function namesIn(folder: string): string[] {
  return process.platform === 'linux' ? readdirSync(folder) : []
}

/** Null: closed in between, as is the descriptor of the listing itself. */
function targetOf(fd: string): string | null {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}
