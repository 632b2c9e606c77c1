import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeEach } from 'vitest'
import { processesMarked } from './left-processes.ts'
import { LiveResources, type LiveResource } from './live-resources.ts'
import { openDescriptors } from './open-descriptors.ts'

/**
 * A setup file of vitest: a test file fails if it leaves a socket, server, timer, child process, worker, watcher or open file
 * behind, and says what, made in which test, and where.
 */

/** What closes asynchronously may take this long after the last hook; nothing tells when, so it is asked. */
const graceMs = 5000
const askIntervalMs = 20

const mark = `NPS_TEST_FILE=${randomUUID()}`
const [name = '', value = ''] = mark.split('=')
process.env[name] = value
const resources = new LiveResources(import.meta.filename)
const descriptorsBefore = new Set(openDescriptors())

beforeEach((context) => {
  resources.during(context.task.name)
  context.onTestFinished(() => resources.during(null))
})

// registered before every hook of the test file, so it runs after them
afterAll(async () => {
  const deadlineMs = performance.now() + graceMs
  let left = leftovers()
  while (left.length > 0 && performance.now() < deadlineMs) {
    await pause(askIntervalMs)
    left = leftovers()
  }
  if (left.length === 0) return
  const error = new Error(`left open after the last test:\n${left.join('\n')}`)
  // Where the guard stands helps nobody, and vitest would take the stacks within the message for the error's own.
  error.stack = ''
  throw error
}, 2 * graceMs)

function leftovers(): string[] {
  return [
    ...counted(resources.list().map(told)),
    ...openDescriptors()
      .filter((descriptor) => !descriptorsBefore.has(descriptor))
      .map((descriptor) => `- descriptor ${descriptor}`),
    ...processesMarked(mark).map((program) => `- program ${program}`),
  ]
}

/** Many of one kind from one place are told once. */
function counted(lines: readonly string[]): string[] {
  const counts = new Map<string, number>()
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1)
  return [...counts].map(([line, count]) => (count === 1 ? `- ${line}` : `- ${count} × ${line}`))
}

function told({ kind, test, stack }: LiveResource): string {
  const when = test === null ? 'outside of a test' : `in "${test}"`
  return [`${kind}, made ${when}`, ...stack.slice(0, 6).map((line) => `    ${line}`)].join('\n')
}
