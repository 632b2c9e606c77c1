import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { freePort } from '../../../../relay-core/src/testing/free-port.ts'
import type { Row } from '../table.ts'

/** Until the agent is there, the relay turns visitors away. */
async function fetchSoon(url: string): Promise<Response> {
  const signal = AbortSignal.timeout(20_000)
  for (;;) {
    try {
      return await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(2_000)]) })
    } catch {
      signal.throwIfAborted()
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

export const fileRows: readonly Row[] = [
  {
    name: 'npc.conf, mode=file: a folder of the agent, and no way out of it',
    run: async (pair) => {
      const vkey = 'a-key-for-a-folder-0123456789'
      await pair.relay.addClient({ vkey, layer: 'plain' })
      const folder = join(pair.folder, 'results')
      await mkdir(folder)
      await writeFile(join(folder, 'loss.txt'), 'epoch 7')
      await writeFile(join(pair.folder, 'outside.txt'), 'secret')
      const port = await freePort()
      const npc = await pair.configuredNpc(
        vkey,
        `[results]\nmode=file\nserver_port=${port}\nlocal_path=${folder}\nstrip_pre=/web/\n`,
      )
      const answer = await fetchSoon(`http://127.0.0.1:${port}/web/loss.txt`)
      expect(await answer.text()).toBe('epoch 7')
      const listing = await fetchSoon(`http://127.0.0.1:${port}/web/`)
      expect(await listing.text()).toContain('loss.txt')
      const outside = await fetchSoon(`http://127.0.0.1:${port}/web/..%2foutside.txt`)
      expect(await outside.text()).not.toContain('secret')
      await npc.kill()
    },
  },
]
