import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { darwinLookScript } from './darwin-look-script.ts'
import { parseLook } from './look-answer.ts'
import { servicesOf } from './services-of-look.ts'

/** By lsof(8), since there was no Mac: the fields asked for, with the file descriptor that is always among them. */
const sockets =
  'p501\nu501\nf7\nn127.0.0.1:8888\nf8\nn[::1]:8888\np502\nu501\nf12\nn*:6006\np503\nu501\nf3\nn[fe80:1::1]:49152\nf4\nn127.0.0.1:3000\n'
const tools = {
  id: '[ "$1" = -un ] && echo alice || echo 501',
  lsof: 'case "$*" in *cwd*) printf "p502\\nfcwd\\nn/Users/alice/runs of may\\n" ;; *) cat "$0.sockets" ;; esac',
  ps: 'case "$*" in *501) echo "/opt/conda/bin/python3.12 /opt/conda/bin/jupyter-lab --port 8888" ;; *502) echo "/usr/bin/python3 -m tensorboard.main --logdir logs" ;; *) echo node server.js ;; esac',
}

/** What the script prints with these tools in place of the system's. */
async function told(lsof = tools.lsof): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'nps-darwin-look-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  for (const [name, script] of Object.entries({ ...tools, lsof }))
    await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  await writeFile(join(folder, 'lsof.sockets'), sockets)
  const env = { HOME: '/Users/alice', PATH: `${folder}:/usr/bin:/bin` }
  return (await promisify(execFile)('/bin/sh', ['-c', darwinLookScript], { env })).stdout
}

test('a Mac tells what listens on it, in the words of its own tools', async () => {
  const look = parseLook(await told())
  expect(look.hasLooked).toBe(true)
  const { known, unknown } = servicesOf(look)
  expect(known.map(({ name, target, isMine, owner }) => [name, target, isMine, owner])).toEqual([
    ['Jupyter', '127.0.0.1:8888', true, 'alice'],
    ['TensorBoard', '127.0.0.1:6006', true, 'alice'],
  ])
  expect(known[1]?.about).toEqual([{ what: 'logdir', text: '~/runs of may/logs' }])
  expect(unknown.map(({ service }) => service.target)).toEqual(['127.0.0.1:3000'])
})

test.each([
  ['says nothing', ':', false],
  ['complains', 'echo "lsof: illegal option" >&2; exit 1', false],
  ['finds nothing', 'echo "lsof: Internet address not located: TCP"; exit 1', true],
])('an lsof that %s', async (_what, lsof, hasLooked) => {
  expect(parseLook(await told(lsof))).toMatchObject({ hasLooked, listeners: [] })
})
