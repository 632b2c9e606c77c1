import { expect, test } from 'vitest'
import { knownServices } from './tunnel-kinds.ts'

test('a command that starts a service keeps it running after the logout, on the port of the tunnel', () => {
  const commands = Object.values(knownServices).flatMap(({ startCommand }) => startCommand ?? [])
  expect(commands.length).toBeGreaterThan(0)
  for (const command of commands) expect(command).toMatch(/^nohup .*\{port\}.* > \S+ 2>&1 &$/)
})
