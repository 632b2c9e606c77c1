import { expect, test } from 'vitest'
import { scriptOf } from './start-again.ts'

test('a one-file program is started anew as it was, whatever its file is called', () => {
  for (const execPath of ['/opt/npc', '/home/ann/node3-npc', '/home/ann/bun/bunny']) {
    const argv = [execPath, '/$bunfs/root/npc-linux-amd64', '-server=h:1']
    expect(scriptOf({ argv, execArgv: [] })).toEqual([])
  }
})

test('a script is started anew with the flags of its runtime', () => {
  const argv = ['/usr/bin/node-24', '/src/npc.ts', '-server=h:1']
  expect(scriptOf({ argv, execArgv: ['--conditions=src'] })).toEqual(['--conditions=src', '/src/npc.ts'])
})
