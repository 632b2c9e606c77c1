import { mkdir, open, rm, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { runCommand, tryCommand } from '../run-command.ts'

/** The disk of a new machine; sparse, so that it takes only what the machine writes. */
const diskSizeMiB = 3072

/** Left out of the bulk, because the file system also needs blocks to remember where a large file lies. */
const blocksForBookkeeping = 64

/** A machine that writes for as long as this would fill its disk by itself. */
const maxAttempts = 50

/**
 * A machine's root: the shared read-only layers with a disk of its own above them.
 * The disk is a file system of fixed size, so the machine can truly run out of space.
 */
export class MachineDisk {
  /** The machine's `/`, seen from this computer. */
  readonly root: string
  readonly #disk: string

  private constructor(root: string, disk: string) {
    this.root = root
    this.#disk = disk
  }

  /** Makes an empty disk in `folder` over `layers`, the topmost layer first. */
  static async create(folder: string, layers: readonly string[]): Promise<MachineDisk> {
    const [image, disk, root] = [join(folder, 'disk.img'), join(folder, 'disk'), join(folder, 'root')]
    await mkdir(disk, { recursive: true })
    await mkdir(root)
    await runCommand('truncate', [`--size=${diskSizeMiB}M`, image])
    // No journal: the image dies with the bed. No reserved blocks: full means full for root too.
    await runCommand('mkfs.ext4', ['-q', '-m', '0', '-O', '^has_journal', image])
    await runCommand('mount', ['-o', 'loop', image, disk])
    const [upper, work] = [join(disk, 'upper'), join(disk, 'work')]
    await mkdir(upper, { mode: 0o755 })
    await mkdir(work)
    const options = `lowerdir=${layers.join(':')},upperdir=${upper},workdir=${work}`
    await runCommand('mount', ['-t', 'overlay', '-o', options, 'overlay', root])
    return new MachineDisk(root, disk)
  }

  /** Takes all space but `leaveBytes`, to the last block, by a file that the machine does not see. */
  async fillUp({ leaveBytes = 0 }: { leaveBytes?: number } = {}): Promise<void> {
    await this.free()
    await this.#takeBulk(leaveBytes)
    const file = await open(this.#ballast, 'a')
    try {
      for (;;) {
        const { bavail, bsize } = await statfs(this.#disk)
        if (bavail * bsize <= leaveBytes) break
        await file.write(Buffer.alloc(bsize))
        await file.datasync()
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
    } finally {
      await file.close()
    }
  }

  /** All but the last blocks, at once. When the machine writes meanwhile there is less than was seen: it looks again. */
  async #takeBulk(leaveBytes: number): Promise<void> {
    for (let look = 0; look < maxAttempts; look++) {
      const { bavail, bsize } = await statfs(this.#disk)
      const bulk = bavail - Math.ceil(leaveBytes / bsize) - blocksForBookkeeping
      if (bulk <= 0) return
      const taken = await stat(this.#ballast).catch(() => ({ size: 0 }))
      const range = ['--offset', String(taken.size), '--length', String(bulk * bsize)]
      const { exitCode, stderr } = await tryCommand('fallocate', [...range, this.#ballast])
      if (exitCode !== 0 && !stderr.includes('No space left on device')) throw new Error(stderr)
    }
  }

  /** Gives back what fillUp() took. */
  async free(): Promise<void> {
    await rm(this.#ballast, { force: true })
  }

  get #ballast(): string {
    return join(this.#disk, 'ballast')
  }
}
