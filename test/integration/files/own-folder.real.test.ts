import { execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  factsScript,
  parseMachineFacts,
} from '../../../electron/backend/provisioning/install/machine-facts.ts'
import { ownFolderFunctions } from '../../../electron/backend/provisioning/install/own-folder.ts'
import { dropUploads } from '../../../electron/backend/provisioning/install/upload-program.ts'

const run = promisify(execFile)
const nobody = 65_534

/** root is the account that signs in; nobody is somebody else on the same machine, who may write in the same folder. */
describe.runIf(process.getuid?.() === 0)('folders where others may write', () => {
  let folder: string
  let shared: string
  const sh = async (script: string): Promise<string> =>
    (await run('sh', ['-c', script], { timeout: 30_000 })).stdout

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nps-own-'))
    await chmod(folder, 0o755)
    shared = join(folder, 'shared')
    await mkdir(shared)
    await chmod(shared, 0o1777)
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  it('a name that another account has taken is neither written nor run', async () => {
    const trap = join(shared, 'trap')
    await writeFile(join(folder, 'evil'), `#!/bin/sh\necho caught > ${trap}\n`, { mode: 0o755 })
    // whatever process id the script gets
    execFileSync(
      'sh',
      ['-c', `i=2; while [ $i -lt 4000 ]; do echo .nps-desktop-$i; i=$((i+1)); done | xargs mkfifo`],
      {
        cwd: shared,
        uid: nobody,
      },
    )
    const facts = parseMachineFacts(await sh(factsScript([shared])), 0)
    expect(facts.places[0]).toMatchObject({ folder: shared, runsPrograms: true })
    expect(await readdir(shared)).not.toContain('trap')
    expect((await readdir(shared)).filter((name) => !/^\.nps-desktop-\d+$/.test(name))).toEqual([])
  })

  it('is no place for a program without the sticky bit, and none that belongs to somebody else', async () => {
    const open = join(folder, 'open')
    await mkdir(open)
    await chmod(open, 0o777)
    const theirs = join(folder, 'theirs')
    await mkdir(theirs)
    await chown(theirs, nobody, nobody)
    const mine = join(folder, 'mine')
    await mkdir(mine, { mode: 0o755 })
    const facts = parseMachineFacts(await sh(factsScript([open, theirs, mine])), 0)
    expect(facts.places.map((place) => place.folder)).toEqual([mine, '/usr'])
  })

  it('a folder that is swapped for a link while it is entered is never taken for ours', async () => {
    const secret = join(folder, 'secret')
    await mkdir(secret, { mode: 0o700 })
    // mv -T of a link over a link is atomic: at any moment the name is one or the other
    const swap = `cd ${shared}; mkdir own; while :; do ln -sfn ${secret} link; mv -T link name 2>/dev/null; rm -f name; mkdir -m 700 name 2>/dev/null; rmdir name; done`
    const attacker = spawn('sh', ['-c', swap], { uid: nobody, stdio: 'ignore' })
    try {
      const script = `${ownFolderFunctions}
enter_base ${shared} || exit 2
i=0; while [ $i -lt 3000 ]; do if ( enter_own name ); then echo taken; fi; i=$((i+1)); done; echo tried`
      expect(await sh(script)).toBe('tried\n')
    } finally {
      attacker.kill('SIGKILL')
      await once(attacker, 'exit')
    }
  })

  it('takes away uploads of this account only, and no folder that a link points to', async () => {
    const own = join(shared, '.nps-desktop-upload.abcdef')
    await mkdir(own, { mode: 0o700 })
    const theirs = join(shared, '.nps-desktop-upload.theirs')
    await mkdir(theirs, { mode: 0o700 })
    await chown(theirs, nobody, nobody)
    const secret = join(folder, 'secret')
    await mkdir(secret, { mode: 0o700 })
    await writeFile(join(secret, 'kept'), '')
    await run('ln', ['-s', secret, join(shared, '.nps-desktop-upload.linked')])
    expect(await sh(dropUploads([shared, join(folder, 'missing')]))).toBe(`${own}\n`)
    expect(await readdir(secret)).toEqual(['kept'])
    expect((await readdir(shared)).toSorted()).toEqual([
      '.nps-desktop-upload.linked',
      '.nps-desktop-upload.theirs',
    ])
  })
})
