import { expect, it } from 'vitest'
import { linuxListeners } from './linux-listeners.ts'

it('tells nothing where the system has no /proc', async () => {
  expect(await linuxListeners({ account: '', policy: () => true }, { root: '/nowhere' })).toBeNull()
})
