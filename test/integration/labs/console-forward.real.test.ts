import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { systemClock } from '@nps-desktop/relay-core/async'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SshForward } from '../../../electron/backend/console-forwards/ssh-forward.ts'
import { type LocalSshd, sshdPath, startLocalSshd } from '../../harness/local-sshd.ts'
import { signInTo } from '../../harness/sign-in-to.ts'

describe.runIf(existsSync(sshdPath))('the way to a console that listens on its own machine only', () => {
  const site = createServer((request, response) => response.end(`${request.method} ${request.url}`))
  let sshd: LocalSshd
  let forward: SshForward

  beforeEach(async () => {
    sshd = await startLocalSshd()
    site.listen({ host: '127.0.0.1', port: 0 })
    await once(site, 'listening')
    const { host, port, user, privateKey } = sshd
    const session = await signInTo(
      { host, port, user },
      { kind: 'key', key: privateKey },
      { signal: AbortSignal.timeout(20_000) },
    )
    const { port: sitePort } = site.address() as AddressInfo
    forward = await SshForward.open(session, { host: '127.0.0.1', port: sitePort }, { clock: systemClock })
  })
  afterEach(async () => {
    forward.close()
    site.closeAllConnections()
    site.close()
    await sshd.close()
  })

  it('leads there over ssh, and ends with the session', async () => {
    const ask = (): Promise<Response> =>
      fetch(`http://127.0.0.1:${forward.port}/console/`, { headers: { connection: 'close' } })
    expect(await (await ask()).text()).toBe('GET /console/')
    sshd.cut()
    await forward.closed
    expect(forward.isOpen).toBe(false)
  })
})
