import { resolve } from 'node:path'
import { expect, it } from 'vitest'
import { Windows } from '../../testbed/wine/windows.ts'
import { ensureWindowsModules, windowsNode } from '../../testbed/wine/windows-modules.ts'

const repository = resolve(import.meta.dirname, '../../..')
/** What runs on people's computers; the tests of the build and of the documents need not pass on Windows. */
const suites = ['relay-core/src', 'electron/backend']
/** A minute on an idle computer. */
const timeoutMs = 12 * 60_000
/** Wine on two busy cores is many times slower than Linux. */
const testTimeoutMs = 60_000

it(
  'the unit tests of relay-core and of the backend pass on Node for Windows',
  { timeout: timeoutMs + 60_000 },
  async () => {
    await using windows = await Windows.start()
    await windows.overlay('/nps-desktop', [...(await ensureWindowsModules()), repository])
    const args = ['node_modules/vitest/vitest.mjs', 'run', '--project', 'unit', ...suites]
    // one worker: what else of this level there is runs beside it
    const limits = [`--testTimeout=${testTimeoutMs}`, `--hookTimeout=${testTimeoutMs}`, '--maxWorkers=1']
    const { exitCode, stdout } = await windows.run(await windowsNode(), [...args, ...limits], {
      folder: '/nps-desktop',
      timeoutMs,
    })
    expect(exitCode === 0 ? 'passed' : stdout).toBe('passed')
  },
)
