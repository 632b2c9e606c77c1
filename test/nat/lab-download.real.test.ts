import { expect, it } from 'vitest'
import { LabDownload } from './lab-download.ts'

it('a download that does not end is named once its time is up', async () => {
  await using download = new LabDownload({ file: '/bin/sleep', args: ['86400'] })
  await expect(download.whole({ timeoutMs: 100 })).rejects.toThrow(
    '/bin/sleep 86400 has not ended after 100 ms, with 0 bytes',
  )
})

it('one that ends is told with what it has written', async () => {
  await using download = new LabDownload({ file: '/bin/echo', args: ['hello'] })
  expect(await download.whole()).toMatchObject({ exitCode: 0, bytes: 6 })
})
