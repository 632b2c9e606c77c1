import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JumpHost } from '@nps-desktop/electron/contract'
import { AppError } from '../../../electron/backend/failures/app-error.ts'
import { createHostKeys } from '../../../electron/backend/ssh/host-keys/host-keys.ts'
import { createMachines } from '../../../electron/backend/ssh/machines.ts'
import { openSession, type SshTarget } from '../../../electron/backend/ssh/open-session.ts'
import { RemoteShell } from '../../../electron/backend/ssh/shell/remote-shell.ts'
import type { SshSession } from '../../../electron/backend/ssh/ssh-session.ts'
import type { Storage } from '../../../electron/backend/storage/records.ts'
import { silentLog } from '@nps-desktop/relay-core/log'
import { memoryHostKeys } from '../../harness/host-key-store.ts'
import { type LocalSshd, sshdPath, startLocalSshd } from '../../harness/local-sshd.ts'
import { freePort } from '../../../relay-core/src/testing/free-port.ts'

describe.runIf(existsSync(sshdPath))('ssh against a real sshd', () => {
  let sshd: LocalSshd
  const direct = { kind: 'none' } as const
  const hostKeys = memoryHostKeys()
  const storage = { hostKeys } as Storage
  const keys = createHostKeys({ storage, machines: createMachines({ storage }), log: silentLog })
  const signal = new AbortController().signal
  const target = (): SshTarget => ({
    address: { host: sshd.host, port: sshd.port, user: sshd.user },
    secret: { kind: 'key', key: sshd.privateKey },
  })
  const withSession = async <T>(work: (session: SshSession) => Promise<T>): Promise<T> => {
    const session = await openSession(target(), { hostKeys, signal })
    try {
      return await work(session)
    } finally {
      session.close()
    }
  }

  beforeAll(async () => (sshd = await startLocalSshd()))
  afterAll(() => sshd.close())

  it('refuses to sign in before the host key was confirmed', async () => {
    await expect(openSession(target(), { hostKeys, signal })).rejects.toMatchObject({
      code: 'host-key-unconfirmed',
    })
    expect(sshd.log()).not.toContain('Connection from')
  })

  it('shows the key that OpenSSH shows, without beginning a sign-in', async () => {
    const seen = await keys.inspect({ host: sshd.host, port: sshd.port, jump: direct }, { signal })
    expect(seen).toMatchObject({
      fingerprint: sshd.fingerprint,
      algorithm: 'ssh-ed25519',
      state: 'new',
      pinned: null,
    })
    expect(sshd.log()).not.toMatch(/userauth-request|Invalid user|Failed/)
    await keys.confirm(
      { host: sshd.host, port: sshd.port, jump: direct, fingerprint: seen.fingerprint },
      { signal },
    )
    expect(await keys.inspect({ host: sshd.host, port: sshd.port, jump: direct }, { signal })).toMatchObject({
      state: 'known',
    })
  })

  it('runs scripts with input, exit code and both outputs', async () => {
    await withSession(async (session) => {
      const shell = new RemoteShell(session)
      const result = await shell.run(`printf '%s|' "it's" 'a "b" $HOME \\x'; cat; echo oops >&2; exit 3`, {
        stdin: 'the input\n',
        signal,
      })
      expect(result).toEqual({ exitCode: 3, stdout: `it's|a "b" $HOME \\x|the input\n`, stderr: 'oops\n' })
      expect(await shell.output('cat | wc -c', { stdin: new Uint8Array(3_000_000), signal })).toBe(
        '3000000\n',
      )
    })
  })

  it('keeps secrets and scripts out of the process list', async () => {
    await withSession(async (session) => {
      const listing = await new RemoteShell(session).output(
        'cat /proc/$$/cmdline | tr "\\0" " "; : hidden-word',
        { signal },
      )
      expect(listing).not.toContain('hidden-word')
    })
  })

  it('ends a command that is cancelled or too slow', async () => {
    await withSession(async (session) => {
      const shell = new RemoteShell(session)
      const stop = new AbortController()
      const cancelled = shell.run('sleep 60', { signal: stop.signal })
      stop.abort()
      await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' })
      await expect(shell.run('sleep 60', { timeoutMs: 200, signal })).rejects.toMatchObject({
        code: 'ssh-timeout',
      })
      expect(await shell.output('echo still here', { signal })).toBe('still here\n')
    })
  })

  it('tells a running command that the connection broke off', async () => {
    await withSession(async (session) => {
      const failure = new RemoteShell(session).run('sleep 60', { signal }).catch((error: unknown) => error)
      sshd.cut()
      expect(await failure).toMatchObject({ code: 'ssh-lost' })
    })
  })

  it('says that the connection broke off at any moment of its end', async () => {
    const tunnel = createServer({ allowHalfOpen: true }, (end) => {
      const onward = connect(sshd.port, sshd.host)
      end.pipe(onward, { end: false })
      onward.pipe(end, { end: false })
      end.once('close', () => onward.destroy())
    })
    tunnel.listen(0, '127.0.0.1')
    await once(tunnel, 'listening')
    const by = { host: '127.0.0.1', port: (tunnel.address() as AddressInfo).port }
    const accepted = once(tunnel, 'connection')
    const session = await openSession({ ...target(), by }, { hostKeys, signal })
    const [end] = (await accepted) as [Socket]
    try {
      const told = new Set<unknown>()
      let hasEnded = false
      void session.closed.then(() => (hasEnded = true))
      end.end()
      const asked: Promise<unknown>[] = []
      while (!hasEnded) {
        asked.push(
          session
            .sftp({ signal })
            .catch((error: unknown) => told.add(error instanceof AppError ? error.code : error)),
        )
        await setImmediate()
      }
      await Promise.all(asked)
      expect([...told]).toEqual(['ssh-lost'])
      expect(session.isOpen).toBe(false)
    } finally {
      session.close()
      end.destroy()
      tunnel.close()
    }
  })

  it('takes the way of a tunnel to the same sshd, which has to show the key that was confirmed for its address', async () => {
    const pinned = hostKeys.get({ host: sshd.host, port: sshd.port, way: '' })
    if (!pinned) throw new Error('the host key was not confirmed')
    const address = { host: 'lab.invalid', port: 22, user: sshd.user }
    const by = { host: sshd.host, port: sshd.port }
    const throughTunnel: SshTarget = { ...target(), address, by }
    await expect(openSession(throughTunnel, { hostKeys, signal })).rejects.toMatchObject({
      code: 'host-key-unconfirmed',
    })
    const ofAddress = memoryHostKeys()
    ofAddress.pin({ ...pinned, host: address.host, port: address.port })
    const session = await openSession(throughTunnel, { hostKeys: ofAddress, signal })
    expect(await new RemoteShell(session).output('echo here', { signal })).toBe('here\n')
    session.close()
    ofAddress.pin({ ...pinned, host: address.host, port: address.port, fingerprint: 'SHA256:another' })
    await expect(openSession(throughTunnel, { hostKeys: ofAddress, signal })).rejects.toMatchObject({
      code: 'host-key-changed',
    })
  })

  it('says that a wrong key was rejected, and which ways there are', async () => {
    const other = await startLocalSshd()
    try {
      const wrong: SshTarget = { ...target(), secret: { kind: 'key', key: other.privateKey } }
      await expect(openSession(wrong, { hostKeys, signal })).rejects.toMatchObject({
        code: 'login-rejected',
        params: { methods: 'publickey', tried: 'publickey' },
      })
      const password: SshTarget = { ...target(), secret: { kind: 'password', password: 'never-sent' } }
      await expect(openSession(password, { hostKeys, signal })).rejects.toMatchObject({
        code: 'login-rejected',
        params: { methods: 'publickey', tried: '' },
      })
    } finally {
      await other.close()
    }
  })

  it('goes through a jump host, whose way the host key belongs to', async () => {
    const inner = await startLocalSshd()
    const otherJump = await startLocalSshd()
    try {
      const address = { host: inner.host, port: inner.port, user: inner.user }
      const secret = { kind: 'key', key: inner.privateKey } as const
      const jumpOf = (through: LocalSshd): JumpHost => ({
        kind: 'other',
        address: { host: through.host, port: through.port, user: through.user },
        secret: { kind: 'key', key: through.privateKey },
      })
      const jump = jumpOf(sshd)
      const seen = await keys.inspect({ ...address, jump }, { signal })
      expect(seen).toMatchObject({ state: 'new', way: `${sshd.host}:${sshd.port}` })
      await keys.confirm({ ...address, jump, fingerprint: seen.fingerprint }, { signal })
      const through: SshTarget = { address, secret, jump: target() }
      const session = await openSession(through, { hostKeys, signal })
      expect(await new RemoteShell(session).output('echo inside', { signal })).toBe('inside\n')
      session.close()

      // the same address is another machine directly, and behind another jump host
      await expect(openSession({ address, secret }, { hostKeys, signal })).rejects.toMatchObject({
        code: 'host-key-unconfirmed',
      })
      const other = { host: otherJump.host, port: otherJump.port, jump: direct }
      const { fingerprint } = await keys.inspect(other, { signal })
      await keys.confirm({ ...other, fingerprint }, { signal })
      await inner.changeHostKey()
      const there = await keys.inspect({ ...address, jump: jumpOf(otherJump) }, { signal })
      expect(there.state).toBe('new')
      await keys.confirm({ ...address, jump: jumpOf(otherJump), fingerprint: there.fingerprint }, { signal })
      expect((await keys.inspect({ ...address, jump }, { signal })).state).toBe('changed')
      const list = keys.list().filter(({ port }) => port === inner.port)
      expect(list).toHaveLength(2)
      expect(new Set(list.map((key) => key.fingerprint)).size).toBe(2)
    } finally {
      await inner.close()
      await otherJump.close()
    }
  })

  it('names what is wrong with an address', async () => {
    const silent = createServer((socket) => void socket.on('error', () => undefined).resume())
    silent.listen(0, '127.0.0.1')
    const web = createServer((socket) => socket.resume().end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    web.listen(0, '127.0.0.1')
    await Promise.all([silent, web].map((server) => once(server, 'listening')))
    const portOf = (server: typeof web): number => (server.address() as AddressInfo).port
    const closedPort = await freePort()
    try {
      await expect(
        keys.inspect({ host: '127.0.0.1', port: closedPort, jump: direct }, { signal }),
      ).rejects.toMatchObject({
        code: 'ssh-refused',
      })
      await expect(
        keys.inspect({ host: '127.0.0.1', port: portOf(web), jump: direct }, { signal }),
      ).rejects.toMatchObject({
        code: 'ssh-not-ssh',
      })
      await expect(
        keys.inspect({ host: 'no-such-host.invalid', port: 22, jump: direct }, { signal }),
      ).rejects.toMatchObject({
        code: 'ssh-unknown-host',
      })
      const stop = new AbortController()
      const waiting = keys.inspect(
        { host: '127.0.0.1', port: portOf(silent), jump: direct },
        { signal: stop.signal },
      )
      stop.abort()
      await expect(waiting).rejects.toMatchObject({ code: 'cancelled' })
    } finally {
      silent.close()
      web.close()
    }
  })

  it('refuses a changed host key with both fingerprints and sends nothing', async () => {
    await sshd.changeHostKey()
    const before = sshd.log().length
    await expect(openSession(target(), { hostKeys, signal })).rejects.toMatchObject({
      code: 'host-key-changed',
      params: { expected: sshd.fingerprint },
      fixes: [{ action: 'accept-host-key' }],
    })
    expect(sshd.log().slice(before)).not.toMatch(/publickey|userauth/)
    const seen = await keys.inspect({ host: sshd.host, port: sshd.port, jump: direct }, { signal })
    expect(seen).toMatchObject({ state: 'changed', pinned: sshd.fingerprint })
    await keys.confirm(
      { host: sshd.host, port: sshd.port, jump: direct, fingerprint: seen.fingerprint },
      { signal },
    )
    await withSession((session) => Promise.resolve(session.isOpen))
  })
})
