import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { WebhookAnswer, WebhookView } from '../../../relay-core/src/api/webhook/webhook-models.ts'
import { ourProgram } from '../../compliance/table/runtimes.ts'
import { freePort } from '../../../relay-core/src/testing/free-port.ts'
import { Program } from '../../harness/programs/program.ts'
import { HookReceiver, makeCertificate } from './hook-receiver.ts'
import { startRelayWithAgent } from './relay-with-agent.ts'

/** In every address and secret here: to be looked for where it must not be. */
const key = '0f3c7a5e-secret-of-the-hook'

let hook: HookReceiver
beforeEach(async () => {
  hook = await HookReceiver.open()
})
afterEach(() => hook.close())

describe.each(['Node', 'shipped'] as const)('nps on %s', (runtime) => {
  let folder: string
  let relay: Program
  let tls: ReturnType<typeof makeCertificate>
  const [nps, ...npsArgs] = ourProgram('nps', runtime)

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nps-hook-'))
    mkdirSync(join(folder, 'conf'))
    const port = await freePort()
    writeFileSync(
      join(folder, 'conf/nps.conf'),
      `bridge_ip=127.0.0.1\nbridge_port=${port}\nlog_level=debug\n`,
    )
    tls = makeCertificate(folder)
    const env = { PATH: process.env['PATH'], HOME: folder, NODE_EXTRA_CA_CERTS: tls.certFile }
    relay = new Program(nps, [...npsArgs, `-conf_path=${folder}`], folder, env)
    await relay.says(/ nps runs /, { timeoutMs: 30_000 })
  })
  afterAll(async () => {
    relay.signal('SIGTERM')
    await relay.ended()
    rmSync(folder, { recursive: true })
  })

  function ask(...args: string[]): Promise<{ code: number; out: string }> {
    return new Promise((resolve) => {
      const all = [...npsArgs, 'webhook', ...args, `-conf_path=${folder}`]
      execFile(nps, all, { cwd: folder, timeout: 40_000 }, (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code) : 0, out: stdout + stderr }),
      )
    })
  }
  async function set(url: string, kind = 'json', ...more: string[]): Promise<WebhookView> {
    writeFileSync(join(folder, 'url'), `${url}\n`)
    const { code, out } = await ask(
      'set',
      `-kind=${kind}`,
      `-url_file=${join(folder, 'url')}`,
      '-json',
      ...more,
    )
    if (code !== 0) throw new Error(out)
    return JSON.parse(out) as WebhookView
  }
  async function tried(): Promise<WebhookAnswer> {
    const { code, out } = await ask('test', '-json')
    const answer = JSON.parse(out) as WebhookAnswer
    expect(code).toBe(answer.state === 'taken' ? 0 : 1)
    return answer
  }

  test('is told an address once, sends there over https, and never shows it again', async () => {
    const secure = await HookReceiver.open(tls)
    try {
      const made = await set(`${secure.url}/hook/${key}`, 'json', `-secret=${key}`)
      expect(made).toMatchObject({ kind: 'json', origin: secure.url, hasSecret: true, last: null })
      expect(await tried()).toMatchObject({ state: 'taken', status: 200, said: 'ok' })
      const [message] = secure.received
      expect(message?.path).toBe(`/hook/${key}`)
      expect(message?.headers['x-nps-signature']).toMatch(/^sha256=[0-9a-f]{64}$/)
      expect(JSON.parse(message?.body ?? '')).toMatchObject({ event: 'test', text: expect.any(String) })
      const shown = await ask('show')
      expect(shown.out).toMatch(
        /^json at https:\/\/127\.0\.0\.1:\d+, signed, .*\nLast message .* taken it: ok/,
      )
      secure.answer = (response) => response.writeHead(403).end(`no ${key} here`)
      expect(await tried()).toMatchObject({ state: 'refused', status: 403, said: 'no *** here' })
      expect(
        made.origin + shown.out + relay.output + readFileSync(join(folder, 'conf/nps.conf'), 'utf8'),
      ).not.toContain(key)
    } finally {
      await secure.close()
    }
  })

  test('tells what the service really answered, also one that is slow, hangs, breaks, talks for ever or leads elsewhere', async () => {
    await set(`${hook.url}/${key}`, 'feishu', '-language=zh-CN')
    hook.answer = (response) => response.end('{"code":19021,"msg":"sign match fail"}')
    expect(await tried()).toMatchObject({ state: 'refused', status: 200, said: '19021 sign match fail' })
    expect(JSON.parse(hook.received[0]?.body ?? '')).toMatchObject({ msg_type: 'text' })
    expect(hook.received[0]?.body).toContain('测试消息')

    await set(`${hook.url}/${key}`)
    hook.answer = (response) => setTimeout(() => response.end('late'), 1_000)
    expect(await tried()).toMatchObject({ state: 'taken', said: 'late' })
    hook.answer = (response) => response.writeHead(500).end('<h1>broken</h1>')
    expect(await tried()).toMatchObject({ state: 'refused', status: 500, said: '<h1>broken</h1>' })
    const other = await HookReceiver.open()
    hook.answer = (response) => response.writeHead(307, { location: `${other.url}/inside` }).end()
    expect(await tried()).toMatchObject({ state: 'refused', status: 307 })
    expect(other.received).toEqual([])
    await other.close()
    hook.answer = (response) => {
      const chunk = 'x'.repeat(65_536)
      const go = (): void => {
        while (!response.destroyed && response.write(chunk)) continue
      }
      response.on('drain', go)
      go()
    }
    const endless = await tried()
    expect(endless).toMatchObject({ state: 'taken', status: 200 })
    expect(endless.said.length).toBeLessThan(300)
    hook.answer = () => undefined
    expect(await tried()).toMatchObject({ state: 'timeout', status: null })
  })

  test('refuses an address in the clear, and one whose certificate nobody vouches for', async () => {
    await expect(set(`http://192.0.2.1/${key}`)).rejects.toThrow('begins with https://')
    const other = mkdtempSync(join(folder, 'other-'))
    const stranger = await HookReceiver.open(makeCertificate(other))
    try {
      await set(`${stranger.url}/${key}`)
      expect(await tried()).toMatchObject({
        state: 'unreachable',
        status: null,
        said: expect.stringMatching(/certificate|self.signed/i) as string,
      })
      expect(stranger.received).toEqual([])
    } finally {
      await stranger.close()
    }
    expect((await ask('remove')).code).toBe(0)
    expect((await ask('show')).out).toContain('No webhook')
    expect((await ask('test')).out).toContain('There is no webhook')
  })
})

test('a lab box that goes is told, and a quota that is used up, while nobody looks', async () => {
  const relay = await startRelayWithAgent()
  try {
    const { api, clientId } = relay
    const titles = () => hook.received.map(({ body }) => (JSON.parse(body) as { title: string }).title)
    await api.clients.edit({ id: clientId, limits: { quotaBytes: 0 } })
    await api.webhook.set({ kind: 'json', url: `${hook.url}/${key}`, language: 'en' })
    await expect
      .poll(titles, { timeout: 30_000 })
      .toEqual([expect.stringMatching(/^\[NPS .*\] The quota of lab is used up$/)])
    await relay.endAgent()
    for await (const [client] of await api.clients.watch({})) if (client?.agent.state === 'offline') break
    relay.passTime(61_000)
    await expect.poll(() => titles().at(-1), { timeout: 30_000 }).toMatch(/^\[NPS .*\] lab is offline$/)
    expect(titles()).toHaveLength(2)
    expect((await api.webhook.get({})).webhook).toMatchObject({
      waiting: 0,
      lost: 0,
      last: { state: 'taken' },
    })
    expect(relay.log.join('')).not.toContain(key)
  } finally {
    await relay.close()
  }
})
