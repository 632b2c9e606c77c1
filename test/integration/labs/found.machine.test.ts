import type { FoundLook, FoundService, ServiceStart } from '@nps-desktop/electron/contract'
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  progressScript,
  startScript,
  stopScript,
} from '../../../electron/backend/started-services/start-scripts.ts'
import { AppBackend } from '../../harness/app.ts'
import { builtPrograms } from '../../harness/programs/built-programs.ts'
import { setUpServerAndLab } from '../../harness/set-up-machines.ts'
import { Bed } from '../../testbed/bed.ts'
import { putStreamlitOn } from '../../testbed/images/streamlit-environment.ts'
import { startJupyter, startTensorBoard } from '../../testbed/machines/bed-services.ts'

const programs = builtPrograms()

let bed: Bed
let app: AppBackend
let labId: string

/** A server and a lab box on which a researcher's notebook and board run, and another person's model server. */
beforeAll(async () => {
  bed = await Bed.start()
  app = await AppBackend.start(programs)
  await Promise.all([startJupyter(bed.lab, { port: 8889 }), startTensorBoard(bed.lab, { port: 6007 })])
  // stands for a model server: its command line and its socket are what another account sees of one
  await bed.lab.exec(`useradd --create-home user2 && cat > /home/user2/vllm && chmod 755 /home/user2/vllm`, {
    input: `#!/usr/bin/python3
import http.server
http.server.HTTPServer(("127.0.0.1", 8000), http.server.BaseHTTPRequestHandler).serve_forever()
`,
  })
  await bed.lab.exec(
    'systemd-run --quiet --unit=user2-model --uid=user2 /home/user2/vllm serve Qwen2.5-7B-Instruct --port 8000',
  )
  labId = (await setUpServerAndLab(app, bed)).labId
})
afterAll(async () => {
  await app.close()
  await bed.close()
})

async function foundWhere(isSo: (services: readonly FoundService[]) => boolean): Promise<FoundService[]> {
  let last: FoundLook | undefined
  for await (const look of await app.client.found.watch({ labId })) {
    last = look
    if (look.state === 'unseen' && look.failure) break
    if (look.state === 'read' && isSo(look.services)) return look.services
  }
  throw new Error(`not found: ${JSON.stringify(last)}`)
}

it('tells what runs there and whose it is, and one click leads to it', async () => {
  const services = await foundWhere((all) => all.some(({ port }) => port === 8000))
  expect(services.map(({ name, port, owner, isMine }) => ({ name, port, owner, isMine }))).toEqual([
    { name: 'Jupyter', port: 8889, owner: 'researcher', isMine: true },
    { name: 'TensorBoard', port: 6007, owner: 'researcher', isMine: true },
    { name: 'vLLM', port: 8000, owner: 'user2', isMine: false },
    { name: 'SSH', port: 22, owner: null, isMine: false },
  ])
  expect(services.map(({ about }) => about.map(({ text }) => text).join(' '))).toEqual([
    expect.stringContaining('~'),
    expect.stringContaining('~/runs'),
    'Qwen2.5-7B-Instruct',
    '',
  ])

  const { tunnelId } = await app.client.found.add({ labId, port: 8889 })
  const { tunnels } = await app.overviewWhere(({ tunnels }) => tunnels[0]?.status.state === 'ready')
  expect(tunnels[0]).toMatchObject({
    id: tunnelId,
    kind: 'jupyter',
    reach: 'laptop',
    target: '127.0.0.1:8889',
  })
  const { url, hasToken } = await app.client.tunnels.openAddress({ tunnelId })
  expect(hasToken).toBe(true)
  const token = new URL(url).searchParams.get('token')
  const status = await fetch(new URL('/api/status', url), { headers: { authorization: `token ${token}` } })
  expect(await status.json()).toHaveProperty('kernels')
})

it('an app of Streamlit is known by its name and its script, and opens through its tunnel, websocket and all', async () => {
  const streamlit = await putStreamlitOn(bed.lab)
  await bed.lab.exec('runuser -u researcher -- tee /home/researcher/curves.py', {
    input: 'import streamlit as st\nst.title("Curves of the week")\n',
  })
  const options = '--server.port 8502 --server.headless true --browser.gatherUsageStats false'
  await bed.lab.exec(
    `systemd-run --quiet --unit=curves --uid=researcher --working-directory=/home/researcher ${streamlit} run curves.py ${options}`,
  )
  const answered = 'http://127.0.0.1:8502/_stcore/health'
  await bed.lab.exec(`curl -sf --retry 60 --retry-delay 1 --retry-connrefused ${answered}`, {
    timeoutMs: 90_000,
  })
  await app.client.found.lookNow({ labId })
  const services = await foundWhere((all) => all.some(({ port }) => port === 8502))
  expect(services.find(({ port }) => port === 8502)).toMatchObject({
    name: 'Streamlit',
    kind: 'web',
    isMine: true,
    about: [{ what: 'script', text: '~/curves.py' }, { what: 'venv' }],
  })

  const { tunnelId } = await app.client.found.add({ labId, port: 8502 })
  await app.overviewWhere(({ tunnels }) =>
    tunnels.some(({ id, status }) => id === tunnelId && status.state === 'ready'),
  )
  const { url } = await app.client.tunnels.openAddress({ tunnelId })
  expect(await (await fetch(url)).text()).toContain('<title>Streamlit</title>')
  const socket = new WebSocket(new URL('/_stcore/stream', url.replace(/^http/, 'ws')), ['streamlit'])
  const opened = Promise.withResolvers<void>()
  socket.addEventListener('open', () => opened.resolve())
  socket.addEventListener('error', () => opened.reject(new Error('the websocket did not open')))
  const closed = new Promise((resolve) => socket.addEventListener('close', resolve))
  try {
    await opened.promise
  } finally {
    socket.close()
    await closed
  }
  await bed.lab.exec('systemctl stop curves')
})

it('another app, which has no sign-in there, is told by npc', async () => {
  const told = JSON.parse(await bed.cloud.exec(`nps connect -json -host=${bed.cloud.address}`)) as {
    port: number
    key: string
    fingerprint: string
  }
  const other = await AppBackend.start(programs)
  try {
    const { port: bridgePort, key: adminKey, fingerprint } = told
    await other.client.servers.connect({ host: bed.cloud.address, bridgePort, adminKey, fingerprint })
    const { labs } = await other.overviewWhere((overview) => overview.labs[0]?.state.state === 'online')
    const id = labs[0]?.id ?? ''
    let look: FoundLook | undefined
    for await (look of await other.client.found.watch({ labId: id })) if (look.state === 'read') break
    if (look?.state !== 'read') throw new Error(`not told: ${JSON.stringify(look)}`)
    expect(look.by).toBe('npc')
    expect(look.services.map(({ name, port, owner, isMine }) => ({ name, port, owner, isMine }))).toEqual([
      { name: 'Jupyter', port: 8889, owner: 'researcher', isMine: true },
      { name: 'TensorBoard', port: 6007, owner: 'researcher', isMine: true },
      { name: 'vLLM', port: 8000, owner: 'user2', isMine: false },
      { name: 'SSH', port: 22, owner: null, isMine: false },
    ])
  } finally {
    await other.close()
  }
})

it('starts a notebook that outlives the logout, keeps its token off every command line, and stops it again', async () => {
  const choices = await app.client.starts.choices({ labId, what: 'jupyter' })
  const [environment] = choices.environments
  expect(environment).toMatchObject({ path: '/opt/research/bin/python', program: 'JupyterLab 4.6.6' })
  expect(choices).toMatchObject({ user: 'researcher', port: 8888, keptBy: 'systemd-user', canRestart: true })

  const wish = { labId, what: 'jupyter', environment: '/opt/research/bin/python', port: 8888 } as const
  await app.client.starts.start({ ...wish, folder: '~/nowhere', restarts: true, tunnel: true })
  expect((await startEnded()).failure?.code).toBe('start-folder-missing')

  await app.client.starts.start({ ...wish, folder: '~', restarts: true, tunnel: true })
  const { state, failure, tunnelId, steps } = await startEnded()
  expect({ state, failure }).toEqual({ state: 'done', failure: null })
  expect(steps.map((step) => step.state)).toEqual(['done', 'done', 'done', 'done', 'done'])
  const started = await foundWhere((all) => all.some(({ port, isStarted }) => port === 8888 && isStarted))
  expect(started.find(({ port }) => port === 8888)).toMatchObject({ kind: 'jupyter', isMine: true })

  // every session of the account ends; its user manager stays
  await bed.lab.exec(
    `for s in $(loginctl list-sessions --no-legend | awk '$3 == "researcher" { print $1 }'); do loginctl terminate-session "$s"; done`,
  )
  // the app's own session is gone as well, and it opens another
  const { url } = await app.client.tunnels.openAddress({ tunnelId: tunnelId ?? '' })
  const token = new URL(url).searchParams.get('token') ?? ''
  expect(token).toMatch(/^[0-9a-f]{48}$/)
  const status = await fetch(new URL('/api/status', url), { headers: { authorization: `token ${token}` } })
  expect(await status.json()).toHaveProperty('kernels')
  expect(await bed.lab.exec('ps -eo args')).not.toContain(token)
  expect(await bed.lab.exec('stat -c %a /home/researcher/.local/state/nps-desktop/*.env')).toBe('600\n')
  const enabled =
    'runuser -u researcher -- env XDG_RUNTIME_DIR=/run/user/$(id -u researcher) systemctl --user is-enabled nps-desktop-jupyter-8888'
  expect(await bed.lab.exec(enabled)).toBe('enabled\n')

  await app.client.starts.stop({ labId, port: 8888 })
  await foundWhere((all) => all.every(({ port }) => port !== 8888))
  expect(await bed.lab.exec('ls -A /home/researcher/.local/state/nps-desktop')).toBe('')
})

it('a start that is called off leaves nothing behind', async () => {
  const wish = { labId, what: 'tensorboard', environment: '/opt/research/bin/python' } as const
  await app.client.starts.start({ ...wish, folder: '~/runs', port: 6010, restarts: false, tunnel: false })
  await app.client.starts.cancel({ labId })
  expect((await startEnded()).state).toBe('cancelled')
  expect(await bed.lab.exec('ls -A /home/researcher/.local/state/nps-desktop || :')).toBe('')
})

it('installs the program where it is missing, and leaves nothing behind when that fails', async () => {
  // the machine reaches no package index: pip finds what lies in a folder, as a lab's mirror would have it
  await bed.lab.exec('cat > /tmp/make.sh && runuser -l researcher -c "sh /tmp/make.sh"', {
    input: bareEnvironment,
  })
  const python = '/home/researcher/bareenv/bin/python'
  const missing = async (what: 'jupyter' | 'tensorboard') =>
    (await app.client.starts.choices({ labId, what })).environments.find(({ path }) => path === python)
  expect(await missing('jupyter')).toMatchObject({ program: null, installs: { by: 'pip' } })

  const wish = { labId, environment: python, folder: '~', restarts: false, tunnel: false } as const
  await app.client.starts.start({ ...wish, what: 'jupyter', port: 8890 })
  const refused = await startEnded()
  expect(refused.steps.map(({ id, state }) => `${id} ${state}`)).toContain('install failed')
  expect(refused.failure).toMatchObject({
    code: 'start-failed',
    params: { said: expect.stringContaining('jupyterlab') },
  })
  expect(await bed.lab.exec('ls -A /home/researcher/.local/state/nps-desktop')).toBe('')

  await app.client.starts.start({ ...wish, what: 'tensorboard', port: 6013 })
  expect(await startEnded()).toMatchObject({ state: 'done', failure: null })
  await app.client.starts.stop({ labId, port: 6013 })
})

it('without a user manager it runs in tmux, else in a session of its own', async () => {
  const hasTmux = (await bed.lab.exec('command -v tmux || :')) !== ''
  for (const keptBy of hasTmux ? (['setsid', 'tmux'] as const) : (['setsid'] as const)) {
    const port = keptBy === 'tmux' ? 6012 : 6011
    const plan = {
      what: 'tensorboard',
      port,
      python: '/opt/research/bin/python',
      folder: '~/runs',
      install: null,
      keptBy,
      restarts: false,
    } as const
    await asResearcher(startScript(plan), 'secret\n')
    for (;;) {
      const [state, ...log] = (await asResearcher(progressScript(plan))).split('\n')
      if (state === 'listening') break
      expect(`${state} ${log.join('\n')}`).toMatch(/^running/)
    }
    await asResearcher(stopScript(plan))
    expect(await bed.lab.exec('ls -A /home/researcher/.local/state/nps-desktop || :')).toBe('')
  }
})

/** An environment of pip alone, and beside it a package that stands for TensorBoard: small, and it listens. */
const bareEnvironment = `
set -e
python3 -m venv ~/bareenv
mkdir -p ~/wheels ~/.config/pip
python3 - <<'END'
import os, zipfile
name = "tensorboard-9.9"
with zipfile.ZipFile(os.path.expanduser(f"~/wheels/{name}-py3-none-any.whl"), "w") as wheel:
    wheel.writestr("tensorboard/__init__.py", "")
    wheel.writestr("tensorboard/main.py", "import http.server, sys\\nport = int(sys.argv[-1].split('=')[1])\\nhttp.server.HTTPServer(('127.0.0.1', port), http.server.SimpleHTTPRequestHandler).serve_forever()\\n")
    wheel.writestr(f"{name}.dist-info/METADATA", "Metadata-Version: 2.1\\nName: tensorboard\\nVersion: 9.9\\n")
    wheel.writestr(f"{name}.dist-info/WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr(f"{name}.dist-info/RECORD", "")
END
printf '[global]\\nno-index = true\\nfind-links = %s\\n' ~/wheels > ~/.config/pip/pip.conf
`

async function asResearcher(script: string, stdin = ''): Promise<string> {
  await bed.lab.exec('cat > /tmp/script.sh', { input: script })
  return await bed.lab.exec('runuser -l researcher -c "sh /tmp/script.sh"', { input: stdin })
}

async function startEnded(): Promise<ServiceStart> {
  for await (const start of await app.client.starts.watch({ labId }))
    if (start && start.state !== 'running') return start
  throw new Error('the feed of starts ended')
}
