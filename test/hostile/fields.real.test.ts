import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { printable } from '../../relay-core/src/api/words/printable.ts'
import { encodeHealth } from '../../relay-core/src/wire/agent-messages.ts'
import { encodeFailed } from '../../relay-core/src/wire/stream-messages.ts'
import { HostileAgent, nextMessage } from './hostile-agent.ts'
import { keptFor, open } from './strangers.ts'
import { badVkey, Victim } from './victim.ts'

/** Clears a terminal, turns the direction of what follows, begins a line of the log. */
const loud = 'x\u001b[2J\u009b31m\u202e\r\n1970-01-01T00:00:00.000Z info  forged'
const fingerprint = `sha256:${'A'.repeat(43)}`

describe.each(['Node', 'Bun'] as const)('what a peer of a relay on %s says of itself', (runtime) => {
  let victim: Victim

  beforeAll(async () => {
    victim = await Victim.start({ runtime })
  })
  afterAll(() => victim.close())

  it('a fingerprint that is none is not taken', async () => {
    const wrong = ['sha256:A;touch${IFS}x;#', 'sha256:', `${fingerprint}\n`, `${fingerprint} x`, loud]
    for (const said of wrong)
      await expect(HostileAgent.start(victim.bridgePort, badVkey, { fingerprint: said })).rejects.toThrow(
        'the relay hung up',
      )
    const agent = await HostileAgent.start(victim.bridgePort, badVkey, { fingerprint })
    await victim.agentOnline()
    expect((await badClient()).agent).toMatchObject({ state: 'online', fingerprint })
    agent.close()
  })

  it('an account that is none is not taken', async () => {
    for (const account of ['-oProxyCommand=x', 'a b', 'x;id', loud]) {
      const said = { instance: new Uint8Array(16), origin: { start: 'none', account } } as const
      await expect(HostileAgent.start(victim.bridgePort, badVkey, said)).rejects.toThrow('the relay hung up')
    }
  })

  it('no word of it drives a terminal, by the log, by a command or by the API', async () => {
    const tunnel = await victim.api.tunnels.add({
      clientId: victim.badClientId,
      name: loud,
      target: '127.0.0.1:9',
    })
    const agent = await HostileAgent.start(victim.bridgePort, badVkey, {
      agentVersion: loud,
      hostname: loud,
    })
    await victim.agentOnline()
    const carrier = await agent.carrier()
    const visitor = open(tunnel.port ?? 0)
    await nextMessage(carrier)
    carrier.write(encodeFailed({ number: 1, code: 'target-refused', message: loud }))
    await keptFor(visitor, 10_000)
    agent.control.write(encodeHealth({ target: loud, up: false }))
    await keptFor(agent.control, 10_000)
    const lines = victim.relay.output.split('\n')
    expect(lines.filter((line) => printable(line) !== line)).toEqual([])
    expect(lines.filter((line) => line.startsWith('1970'))).toEqual([])
    for (const words of [
      ['client', 'list'],
      ['client', 'list', '-json'],
      ['tunnel', 'list'],
      ['tunnel', 'list', '-json'],
    ]) {
      const stdout = await victim.nps(words)
      expect(stdout.split('\n').filter((line) => printable(line) !== line)).toEqual([])
    }
    expect(tunnel.name).toBe(printable(loud).trim())
  })

  it('a printed command is one command, whatever its values are', async () => {
    const password = 'a;touch ${HOME}/x;#"`id`\'16 chars'
    const { id } = await victim.api.tunnels.add({
      clientId: victim.badClientId,
      mode: 'private',
      target: '127.0.0.1:9',
      settings: { password },
    })
    const vkey = '$(id);`id`;\'"&|<>*?[a]~#!'
    const client = await victim.api.clients.add({ name: 'odd', vkey })
    const host = 'relay.example.com'
    const { command: visit } = await victim.api.tunnels.visitCommand({ id, host })
    const { command: start } = await victim.api.clients.command({ id: client.id, host: '::1' })
    await victim.api.clients.remove({ id: client.id })
    expect(wordsOf(visit)).toContain(`-password=${password}`)
    expect(wordsOf(start)).toEqual(
      expect.arrayContaining([`-vkey=${vkey}`, `-server=[::1]:${victim.bridgePort}`]),
    )
    await expect(victim.api.clients.command({ id: victim.badClientId, host: 'a;id' })).rejects.toMatchObject({
      code: 'invalid-input',
    })
  })

  const badClient = async () => {
    const found = (await victim.api.clients.list({})).find(({ id }) => id === victim.badClientId)
    if (!found) throw new Error('the client has gone')
    return found
  }
})

/** What npc would be given by a shell in which somebody pastes the line. */
function wordsOf(line: string): string[] {
  const script = `npc() { for w in "$@"; do printf '%s\\0' "$w"; done; }\n${line}\n`
  return execFileSync('sh', ['-c', script]).toString().split('\0').slice(0, -1)
}
