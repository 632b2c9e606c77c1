import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'

/** The code with which a program ends that waits for `closing` at most 200 ms, and keeps something open besides. */
async function endOf(closing: string): Promise<unknown> {
  const { href } = new URL('wait-for-stop.ts', import.meta.url)
  const program = `import { endWithin } from '${href}'
setInterval(() => undefined, 1_000)
process.exitCode = 7
await endWithin(200, ${closing})`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'ignore' })
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000)
  const [code] = await once(child, 'close')
  clearTimeout(timer)
  return code
}

test('a program that has closed everything ends, whatever it has begun besides', async () => {
  expect(await endOf('Promise.resolve()')).toBe(7)
})

test('a program that cannot close something ends in time', async () => {
  expect(await endOf('new Promise(() => undefined)')).toBe(7)
})
