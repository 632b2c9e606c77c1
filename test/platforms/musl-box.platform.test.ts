import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runCommand } from '../testbed/run-command.ts'
import { inMuslRoot, muslAmd64 } from './platform-machine.ts'
import { ensureMuslLibraries, muslFolder } from './musl-libraries.ts'
import { flagsOf, PairOn, startTimeoutMs } from './pair-on.ts'

let pair: PairOn
/** The files of the lab box, which stay while it is off. */
let root: string
const parts = new AsyncDisposableStack()

beforeAll(async () => {
  await ensureMuslLibraries()
  root = await mkdtemp(join(tmpdir(), 'nps-musl-box-'))
  parts.defer(() => rm(root, { recursive: true }))
  await cp(muslFolder('amd64'), root, { recursive: true, verbatimSymlinks: true })
  pair = parts.adopt(await PairOn.start(muslAmd64), (one) => one.close())
})
afterAll(() => parts.disposeAsync())

/** Switches the box on, runs a script of busybox's shell in it beside its cron, and pulls the plug. */
async function boot(script: string): Promise<string> {
  const namespaces = ['--mount', '--pid', '--fork', '--kill-child']
  return await runCommand('unshare', [...namespaces, ...inMuslRoot(root), 'sh', '-es'], {
    input: `crond\n${script}\n`,
    timeoutMs: startTimeoutMs,
  })
}

it('npc is installed where there is busybox alone, says what it cannot promise, and that it is online', async () => {
  await pair.nps(['client', 'add', '-name=box'])
  const flags = flagsOf(await pair.nps(['client', 'command', '-id=2', '-host=127.0.0.1']))
  const said = await boot(`/programs/npc-linux-musl-amd64 install ${flags.join(' ')}
npc start
npc status`)
  expect(said).toMatch(/npc is installed as \/usr\/bin\/npc, a background program: .* after a reboot/)
  expect(said).toContain('(not as cron: the cron of busybox starts nothing with the machine)')
  expect(said).toMatch(/npc is running, process \d+ \(background\)\. .*online/)
})

it('is started by hand after a restart, and leaves nothing when it is removed', async () => {
  const said = await boot(`npc status || true
npc start
npc uninstall -purge
find / -xdev '(' -path /programs -o -path /tmp ')' -prune -o -name '*npc*' -print
pgrep -x npc || echo end`)
  expect(said).toMatch(/^npc is stopped \(background\)\.\nnpc is running\. It is online/)
  expect(said).toMatch(/npc, its settings and its state are removed\.\nend\n$/)
})
