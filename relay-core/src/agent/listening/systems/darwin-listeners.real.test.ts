import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { userInfo } from 'node:os'
import { expect, it, onTestFinished } from 'vitest'
import { scriptTools } from '../../../testing/script-tools.ts'
import { commandLines, darwinListeners } from './darwin-listeners.ts'

const policy = () => true

const sockets = `p412 u501 Lalice f7 n127.0.0.1:8889 p502 u502 Lbob f12 n*:6006
  p503 u501 Lalice f9 n*:5000 p1 u0 Lroot f9 n*:22
`.replaceAll(/\s+/g, '\n')
const commands = `  412 /opt/conda/bin/python3.12 /opt/conda/bin/jupyter-lab --port 8889
  502 /usr/bin/python3 -m tensorboard.main --logdir logs
  503 /System/Library/CoreServices/ControlCenter.app/Contents/MacOS/ControlCenter
    1 /sbin/launchd
`
const answers = {
  lsof: `case "$*" in *cwd*) printf 'p412\\nfcwd\\nn/Users/alice/work\\n' ;; *) printf %s '${sockets}' ;; esac`,
  ps: `[ "$*" = '-ww -o pid= -o args= -p 412,502,503,1' ] && printf %s '${commands}'`,
  id: `[ "$*" = '-P alice' ] && echo 'alice:********:501:20::0:0:Alice Liu:/Users/alice:/bin/zsh'`,
}

it('a Mac tells what listens on it, whose it is, and where its own people’s programs were started', async () => {
  const told = await darwinListeners({ account: 'alice', policy }, { tools: await scriptTools(answers) })
  expect(told?.home).toBe('/Users/alice')
  expect(
    told?.listeners.map(({ port, owner, isOwn, folder, command }) => [
      port,
      owner,
      isOwn,
      folder,
      command[0],
    ]),
  ).toEqual([
    [8889, 'alice', true, '/Users/alice/work', '/opt/conda/bin/python3.12'],
    [6006, 'bob', false, '', '/usr/bin/python3'],
    // AirPlay's receiver is no program of hers
    [5000, null, false, '', '/System/Library/CoreServices/ControlCenter.app/Contents/MacOS/ControlCenter'],
    [22, null, false, '', '/sbin/launchd'],
  ])
})

it('what npc would not dial is left out, and without ps and id the sockets are told', async () => {
  const tools = await scriptTools({ ...answers, ps: 'exit 1', id: 'exec sleep 86400' })
  const told = await darwinListeners(
    { account: 'alice', policy: ({ port }) => port !== 6006 },
    { tools, timeoutMs: 2_000 },
  )
  expect(told?.listeners.map(({ port, owner, command }) => [port, owner, command])).toEqual([
    [8889, 'alice', []],
    [5000, 'alice', []],
    [22, null, []],
  ])
})

it('without lsof, and with one that hangs, nothing is told', async () => {
  const tools = await scriptTools({ ...answers, lsof: 'exec sleep 86400' })
  const question = { account: '', policy }
  expect(await darwinListeners(question, { tools, timeoutMs: 2_000 })).toBeNull()
  expect(await darwinListeners(question, { tools: { ...tools, lsof: '/nowhere' } })).toBeNull()
})

it.each([
  ['says nothing', ':'],
  ['says what is no list', "echo 'lsof: illegal option'"],
])('an lsof that %s is not told as nothing listening', async (_what, lsof) => {
  const tools = await scriptTools({ ...answers, lsof })
  expect(await darwinListeners({ account: '', policy }, { tools })).toBeNull()
})

it('one that has found nothing is', async () => {
  const tools = await scriptTools({
    ...answers,
    lsof: "echo 'lsof: Internet address not located: TCP'; exit 1",
  })
  expect((await darwinListeners({ account: '', policy }, { tools }))?.listeners).toEqual([])
})

it('a command line that was cut off is none', () => {
  expect([...commandLines('  412 /bin/a one\n  413 /bin/b tw')]).toEqual([[412, ['/bin/a', 'one']]])
})

/** The lsof of Linux writes the same fields, and its ps takes the same options. */
const linuxTools = { lsof: '/usr/bin/lsof', ps: '/bin/ps', id: '/usr/bin/id' }

it.runIf(existsSync(linuxTools.lsof))('a real lsof and ps tell of a real listener', async () => {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.close()
    await once(server, 'close')
  })
  const { port } = server.address() as AddressInfo
  const told = await darwinListeners({ account: '', policy }, { tools: linuxTools })
  const found = told?.listeners.find((one) => one.port === port)
  expect(found).toMatchObject({ host: '127.0.0.1', isOwn: true, folder: process.cwd() })
  expect(found?.command[0]).toContain('node')
  expect(told?.home).toBe(userInfo().homedir)
})
