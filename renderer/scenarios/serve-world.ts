import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { RPCHandler } from '@orpc/server/ws'
import { WebSocketServer } from 'ws'
import { scenarioRouter } from './backend/backend-of-world.ts'
import { foundWorlds } from './worlds/found-worlds.ts'
import { labCardWorlds } from './worlds/lab-card-worlds.ts'
import { setupWorlds } from './worlds/setup-worlds.ts'
import { signInWorlds } from './worlds/sign-in-worlds.ts'
import { terminalWorlds } from './worlds/terminal-worlds.ts'
import { wayWorlds } from './worlds/way-worlds.ts'
import { worlds } from './worlds/worlds.ts'

const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' }
/** The same policy as the app's: a page that breaks it breaks here too. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'"

export interface ScenarioServer {
  /** The page of a scenario. */
  url(scenario: string, path?: string): string
  close(): Promise<void>
}

/**
 * The built pages over the real contract, answered from scripted worlds: for looking at every state of the screens.
 * @param port 0 takes a free one
 */
export async function serveScenarios(folder: string, port: number): Promise<ScenarioServer> {
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://localhost').pathname)
    const file = join(folder, path === '/' ? 'index.html' : path)
    readFile(file).then(
      (body) =>
        response
          .writeHead(200, {
            'content-type': types[extname(file)] ?? 'application/octet-stream',
            'content-security-policy': policy,
          })
          .end(body),
      () => response.writeHead(404).end(),
    )
  })
  const sockets = new WebSocketServer({ server, path: '/api' })
  sockets.on('connection', (socket, request) => {
    const scenario = new URL(request.url ?? '/', 'http://localhost').searchParams.get('token') ?? ''
    const make =
      worlds[scenario] ??
      setupWorlds[scenario] ??
      foundWorlds[scenario] ??
      terminalWorlds[scenario] ??
      signInWorlds[scenario] ??
      labCardWorlds[scenario] ??
      wayWorlds[scenario]
    if (!make) {
      socket.close(1008, `no scenario ${scenario}`)
      return
    }
    void new RPCHandler(scenarioRouter(make())).upgrade(socket, { context: {} })
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const { port: taken } = server.address() as AddressInfo
  return {
    url: (scenario, path = '') => `http://127.0.0.1:${taken}/?token=${scenario}#/${path}`,
    close: async () => {
      for (const socket of sockets.clients) socket.terminate()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
