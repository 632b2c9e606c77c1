import { silentLog } from '../../log/log.ts'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readForegroundStatus, readServiceStatus, type AgentStatus } from './agent-status-file.ts'
import { agentStatusFile, StatusFile, thisWriter } from './status-file.ts'

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'nps-status-'))))
afterEach(() => rmSync(folder, { recursive: true }))

function write(change: Partial<AgentStatus>): void {
  const status: AgentStatus = {
    ...thisWriter(),
    server: 'h:8024',
    state: 'online',
    atMs: 1,
    reason: null,
    ...change,
  }
  for (const service of [true, false])
    new StatusFile<AgentStatus>(agentStatusFile(folder, { service }), silentLog).write(status)
}
const read = () => [readServiceStatus(folder, process.pid)?.state, readForegroundStatus(folder)?.state]

test('what a running npc says is believed, also from one that does not tell when it began', () => {
  write({})
  expect(read()).toEqual(['online', 'online'])
  write({ startTicks: undefined })
  expect(read()).toEqual(['online', 'online'])
})

test.runIf(process.platform === 'linux')(
  'words of before a restart are not believed though the new process has the same number',
  () => {
    write({ startTicks: 1 })
    expect(read()).toEqual([undefined, undefined])
  },
)
