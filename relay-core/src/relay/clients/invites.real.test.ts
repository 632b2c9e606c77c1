import { execFile } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Agent } from '../../agent/agent.ts'
import { loopbackRelay } from '../../testing/loopback-relay.ts'
import { silentLog } from '../../log/log.ts'
import { connectRelay, Secret, type RelayConnection } from '../../api-client/index.ts'
import { Relay } from '../relay.ts'

let folder: string
let relay: Relay
let connection: RelayConnection
let nowMs: number
let server: string
let lines: string[]
const agents: Agent[] = []

/** Stands in for npc: what counts here is the way to it. It writes down how it was called. */
const program = `#!/bin/sh
echo "$@ key=$NPC_SERVER_VKEY" >>"$HOME/calls"
echo "$0" >>"$HOME/places"
`

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'nps-invite-'))
  mkdirSync(join(folder, 'programs'))
  for (const arch of ['amd64', 'arm64']) {
    writeFileSync(join(folder, 'programs', `npc-linux-${arch}.gz`), gzipSync(program))
  }
  nowMs = Date.now()
  lines = []
  relay = new Relay({
    config: loopbackRelay,
    folder: join(folder, 'state'),
    writeLog: (line) => lines.push(line),
    now: () => nowMs,
  })
  const { bridgePort, adminKey } = await relay.start()
  server = `127.0.0.1:${bridgePort}`
  const signal = AbortSignal.timeout(20_000)
  connection = await connectRelay({ host: '127.0.0.1', port: bridgePort, adminKey, signal })
})
afterEach(async () => {
  for (const agent of agents.splice(0)) await agent.close()
  connection.close()
  await relay.close()
  rmSync(folder, { recursive: true })
})

async function invite() {
  const lab = await connection.client.clients.add({ name: "Li's lab" })
  return { lab, ...(await connection.client.clients.invite({ id: lab.id, host: '127.0.0.1' })) }
}

function shell(line: string): Promise<{ code: number; output: string }> {
  const home = join(folder, 'home')
  mkdirSync(home, { recursive: true })
  return new Promise((resolve) => {
    execFile(
      'sh',
      ['-c', line],
      { env: { PATH: '/usr/bin:/bin', HOME: home, TMPDIR: folder }, timeout: 15_000 },
      (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code) : 0, output: `${stdout}${stderr}` }),
    )
  })
}

test.each(['curl', 'wget'] as const)(
  'the pasted %s line fetches npc by the pinned key and installs it',
  async (tool) => {
    const { lab, ...lines } = await invite()
    const { code, output } = await shell(lines[tool])
    expect(output).toContain('Fetching npc for')
    expect(code).toBe(0)
    const calls = readFileSync(join(folder, 'home/calls'), 'utf8')
    expect(calls).toMatch(/^-version key=\n/)
    expect(calls).toContain(
      `install -server=${server} -fingerprint=${connection.fingerprint} key=${lab.vkey}\n`,
    )
    expect(calls).toContain('start key=\n')
    expect(readFileSync(join(folder, 'home/places'), 'utf8')).toMatch(
      new RegExp(`^${folder}/home/npc-install\\.\\w+/npc\n`),
    )
    // Nothing is left in the folder for temporary files, nor in the home folder.
    expect((await shell(`ls ${folder} ${folder}/home | grep -c npc-install`)).output.trim()).toBe('0')
  },
)

test.each(['curl', 'wget'] as const)(
  'what the agent may dial stands in the pasted %s line itself, and reaches its settings',
  async (tool) => {
    const { client } = connection
    const { id } = await client.clients.add({ name: 'lab' })
    const asked = { id, host: '127.0.0.1', allowTarget: '127.0.0.1, [::1]:22' }
    const line = (await client.clients.invite(asked))[tool]
    expect(line).toContain("-allow_target=127.0.0.1, [::1]:22'")
    expect((await shell(line)).code).toBe(0)
    const calls = readFileSync(join(folder, 'home/calls'), 'utf8')
    expect(calls).toContain('install -server=')
    expect(calls).toContain(' -allow_target=127.0.0.1, [::1]:22 key=')
  },
)

test('a list that npc would refuse makes no line', async () => {
  const { client } = connection
  const { id } = await client.clients.add({ name: 'lab' })
  const wrong = client.clients.invite({ id, host: '127.0.0.1', allowTarget: "'; touch x #" })
  await expect(wrong).rejects.toMatchObject({ code: 'invalid-input' })
})

test('npc is not put where another account could put its own in its place', async () => {
  const { curl } = await invite()
  const home = join(folder, 'home')
  mkdirSync(home)
  chmodSync(home, 0o777)
  expect((await shell(curl)).code).toBe(0)
  expect(readFileSync(join(home, 'places'), 'utf8')).not.toContain('/home/npc-install')
  chmodSync(folder, 0o777)
  const again = await shell((await invite()).curl)
  expect(again.code).toBe(1)
  expect(again.output).toContain('neither the home folder nor /tmp')
  chmodSync(folder, 0o700)
})

test('another key in between is refused before anything is sent', async () => {
  const { curl } = await invite()
  const { output } = await shell(curl.replace(/sha256\/\/[^']+/, `sha256//${'A'.repeat(43)}=`))
  expect(output).toMatch(/public key|pinned/i)
  expect(existsSync(join(folder, 'home/calls'))).toBe(false)
})

test('a damaged program is not run', async () => {
  const { curl } = await invite()
  // The script with the sums is fetched, then the file changes.
  const script = (await shell(curl.replace(/ \| sh$/, ''))).output
  for (const arch of ['amd64', 'arm64']) {
    writeFileSync(join(folder, 'programs', `npc-linux-${arch}.gz`), gzipSync(`${program}# changed`))
  }
  writeFileSync(join(folder, 'script'), script)
  const { code, output } = await shell(`sh ${folder}/script`)
  expect(output).toContain('the download is damaged')
  expect(code).toBe(1)
  expect(existsSync(join(folder, 'home/calls'))).toBe(false)
})

test('the script says so when the relay has no program for this processor', async () => {
  const { curl } = await invite()
  rmSync(join(folder, 'programs'), { recursive: true })
  const { code, output } = await shell(curl)
  expect(output).toContain('the relay has no npc for linux')
  expect(code).toBe(1)
})

test('a code can be tried again until its agent has come online, and ends after an hour', async () => {
  const { lab, curl } = await invite()
  const isGood = async () => (await shell(curl.replace(/ \| sh$/, ''))).output.includes('NPC_SERVER_VKEY')
  expect((await shell(curl)).code).toBe(0)
  expect((await shell(curl)).code).toBe(0)
  const agent = new Agent({
    server,
    vkey: new Secret(lab.vkey),
    fingerprint: connection.fingerprint,
    log: silentLog,
  })
  agents.push(agent)
  const online = new Promise<void>((resolve) =>
    agent.onChange(({ state }) => state === 'online' && resolve()),
  )
  agent.start()
  await online
  for await (const clients of await connection.client.clients.watch({})) {
    if (clients.some(({ agent }) => agent.state === 'online')) break
  }
  expect(await isGood()).toBe(false)

  const second = await connection.client.clients.invite({ id: lab.id, host: 'relay.example' })
  expect(second.curl).toContain('https://relay.example:')
  const fetchSecond = second.curl.replace('relay.example', '127.0.0.1').replace(/ \| sh$/, '')
  expect((await shell(fetchSecond)).output).toContain('NPC_SERVER_VKEY')
  nowMs += 60 * 60_000 + 1
  expect((await shell(fetchSecond)).output).not.toContain('NPC_SERVER_VKEY')
})

test('a host that could break out of the shell line is refused', async () => {
  const lab = await connection.client.clients.add({ name: 'lab' })
  const bad = connection.client.clients.invite({ id: lab.id, host: "x'; rm -rf ~; '" })
  await expect(bad).rejects.toMatchObject({ code: 'invalid-input' })
})

test('guessing codes is slowed down, and locks out no right one', async () => {
  const ask = (code: string, more = '') =>
    shell(
      `curl -sk ${more} -H 'accept: text/html' -o /dev/null -w '%{http_code}' https://${server}/i/${code}`,
    ).then(({ output }) => output)
  for (let attempt = 1; attempt <= 20; attempt++) expect(await ask('A'.repeat(22))).toBe('410')
  expect(await ask('A'.repeat(22))).toBe('429')
  expect(await ask((await invite()).code)).toBe('200')
})

test('a line that is spent says so in a sentence, in a shell and in a browser', async () => {
  const { curl, wget, code } = await invite()
  nowMs += 60 * 60_000 + 1
  for (const line of [curl, wget]) {
    const { code: exitCode, output } = await shell(line)
    expect(output).toMatch(
      /^This line is used up, older than an hour, or not whole\. Make a new one .*\n这行命令/,
    )
    expect(exitCode).toBe(1)
  }
  const page = await shell(`curl -sk -i -H 'accept: text/html' https://${server}/i/${code}`)
  expect(page.output).toMatch(/410 Gone[^]*text\/plain; charset=utf-8[^]*This line is used up/)
})

test('fetches are logged with their addresses, and a second address gets a new key', async () => {
  const { lab, curl, code } = await invite()
  const keyIn = async (from: string) => {
    const { output } = await shell(`curl -sk --interface ${from} https://${server}/i/${code}`)
    return /NPC_SERVER_VKEY=(\w{32})/.exec(output)?.[1]
  }
  expect(await keyIn('127.0.0.2')).toBe(lab.vkey)
  expect(await keyIn('127.0.0.2')).toBe(lab.vkey)
  const second = await keyIn('127.0.0.1')
  expect(second).toMatch(/^\w{32}$/)
  expect(second).not.toBe(lab.vkey)
  expect((await shell(curl)).code).toBe(0)
  expect(readFileSync(join(folder, 'home/calls'), 'utf8')).toContain(`key=${second}\n`)
  expect((await connection.client.clients.list({})).map(({ vkey }) => vkey)).toEqual([second])
  const told = lines.filter((line) => line.includes('invite fetched'))
  expect(told[0]).toContain('address=127.0.0.2')
  expect(told[2]).toContain('the client has a new key')
  expect(told[2]).toContain('before=127.0.0.2')
  expect(lines.filter((line) => line.includes('agent program fetched'))).toEqual([
    expect.stringContaining('address=127.0.0.1'),
  ])
  expect(lines.join('')).not.toContain(lab.vkey)
  expect(lines.join('')).not.toContain(code)
})

test('a code is good for a few fetches only', async () => {
  const { curl } = await invite()
  const fetched = curl.replace(/ \| sh$/, '')
  for (let count = 1; count <= 8; count++) expect((await shell(fetched)).output).toContain('NPC_SERVER_VKEY')
  expect((await shell(fetched)).output).not.toContain('NPC_SERVER_VKEY')
})

/** Commands that make a machine look like another one, in front of its own. */
function lookLike(commands: Record<string, string>): string {
  const bin = join(folder, 'bin')
  mkdirSync(bin, { recursive: true })
  for (const [name, script] of Object.entries(commands))
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  return `PATH=${bin}:$PATH; `
}

test.each([
  [
    'npc-darwin-arm64.gz',
    { uname: 'case "$1" in -s) echo Darwin ;; *) echo arm64 ;; esac' },
    'the relay has no npc for darwin on arm64',
  ],
  [
    'npc-linux-musl-amd64.gz',
    {
      uname: 'case "$1" in -s) echo Linux ;; *) echo x86_64 ;; esac',
      getconf: 'exit 1',
      ldd: 'echo "musl libc (x86_64)" >&2; echo "Version 1.2.4" >&2; exit 1',
    },
    'the relay has no npc for linux-musl on amd64',
  ],
] as const)(
  'a machine gets its own program, here %s, or hears that there is none',
  async (name, looks, said) => {
    const path = lookLike(looks)
    const { curl } = await invite()
    const refused = await shell(path + curl)
    expect(refused.output).toContain(said)
    expect(refused.output).toContain(name)
    writeFileSync(join(folder, 'programs', name), gzipSync(program))
    const { code, output } = await shell(path + curl)
    expect(output).toContain('Fetching npc for')
    expect(code).toBe(0)
    expect(readFileSync(join(folder, 'home/calls'), 'utf8')).toContain('install -server=')
  },
)

test('macOS without sha256sum checks the program with shasum', async () => {
  const path = lookLike({
    uname: 'case "$1" in -s) echo Darwin ;; *) echo arm64 ;; esac',
    shasum: '[ "$1 $2" = "-a 256" ] || exit 1; exec /usr/bin/sha256sum',
  })
  // all of the system's own commands but that one
  const tools = 'cat chmod curl cut grep gzip id ls mktemp rm'.split(' ')
  const own = tools.map((tool) => `ln -sf $(command -v ${tool}) ${folder}/bin/${tool}`).join('; ')
  writeFileSync(join(folder, 'programs/npc-darwin-arm64.gz'), gzipSync(program))
  const { curl } = await invite()
  const { code, output } = await shell(
    `${path}${own}; ln -sf /bin/sh ${folder}/bin/sh; PATH=${folder}/bin; ${curl}`,
  )
  expect(output).toContain('Fetching npc for darwin on arm64')
  expect(code).toBe(0)
})

test('the line for Windows is read alike by PowerShell and cmd, and what it fetches names the right program', async () => {
  const { client, fingerprint } = connection
  const { id, vkey } = await client.clients.add({ name: 'lab' })
  const { powershell = '' } = await client.clients.invite({
    id,
    host: '127.0.0.1',
    allowTarget: '127.0.0.1, [::1]:22',
  })
  const [, inside = ''] =
    /^powershell -NoProfile -ExecutionPolicy Bypass -Command "([^"$`%]+)"$/.exec(powershell) ?? []
  expect(inside).toContain(`& ([scriptblock]::Create([Nps]::Get('https://${server}/i/`)
  expect(inside).toMatch(/'[A-Za-z0-9+/]{43}='\)\)\) '-allow_target=127\.0\.0\.1, \[::1\]:22'$/)
  const url = /https:[^']+\.ps1/.exec(inside)?.[0] ?? ''
  const without = (await shell(`curl -fsk ${url}`)).output
  expect(without).toContain("$sum = ''")
  writeFileSync(join(folder, 'programs/npc-windows-amd64.exe.gz'), gzipSync(program))
  const script = (await shell(`curl -fsk ${url}`)).output
  expect(script).toMatch(/\$sum = '[0-9a-f]{64}'/)
  expect(script).toContain(`'-server=${server}' '-fingerprint=${fingerprint}' @args`)
  expect(script).toContain(`$env:NPC_SERVER_VKEY = '${vkey}'`)
  const programUrl = /https:[^']+\.exe\.gz/.exec(script)?.[0] ?? ''
  expect((await shell(`curl -fsk ${programUrl} | gzip -dc`)).output).toBe(program)
  nowMs += 60 * 60_000 + 1
  expect((await shell(`curl -fsk ${url}`)).output).toMatch(
    /^\[Console\]::Error\.WriteLine\('This line is used up/,
  )
})
