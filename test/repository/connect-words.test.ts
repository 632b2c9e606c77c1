import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { describeConnection } from '../../relay-core/src/cli/nps/nps-connect.ts'

const locale = join(resolve(import.meta.dirname, '../..'), 'renderer/src/locales/en/setup.ts')

it('nps connect names its parts as the form of the app does, and the form by its heading', async () => {
  const { setup } = (await import(locale)) as { setup: { connect: Record<string, string> } }
  const parts = { host: '120.1.1.2', port: 8024, key: 'the key', fingerprint: 'sha256:7f3a' }
  const printed = describeConnection({ link: 'nps-desktop://connect?host=120.1.1.2', ...parts })
  expect(printed).toContain(`“${setup.connect['heading']}”`)
  const rows = printed.split('\n').map((line) => line.trim().split(/ {2,}/))
  for (const [part, value] of Object.entries(parts))
    expect(rows).toContainEqual([setup.connect[part], String(value)])
})
