import {
  backendStart,
  type BackendStart,
  type CannotStart,
  shellContract,
} from '@nps-desktop/electron/contract'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'
import type { ContractRouterClient } from '@orpc/contract'
import { RPCHandler } from '@orpc/server/message-port'
import { failureOfError } from '../failures/failure-of-error.ts'
import { openBackend, type DesktopBackend } from './desktop-backend.ts'
import { accountSshFolder } from '../account-ssh-folder.ts'
import { openKeyFile } from '../key-file.ts'
import type { Shell } from '../shell.ts'

/** Entry point of the utilityProcess; Electron's main process sends its start values and its ports. */

type Port = ConstructorParameters<typeof RPCLink>[0]['port'] & { start(): void }
interface ParentPort {
  on(
    event: 'message',
    listener: (event: { data: { kind: string; start?: unknown }; ports: Port[] }) => void,
  ): void
  postMessage(message: CannotStart): void
}

declare global {
  namespace NodeJS {
    interface Process {
      /** Electron gives it to a utilityProcess; the types of Node do not know it. */
      readonly parentPort?: ParentPort
    }
  }
}

const { parentPort } = process
if (parentPort === undefined)
  throw new Error('This program is started by NPS Desktop, as its backend process.')

let backend: Promise<DesktopBackend> | undefined
parentPort.on('message', ({ data, ports }) => {
  const port = ports[0]
  if (data.kind === 'start' && port !== undefined) {
    backend = start(backendStart.parse(data.start), port)
    backend.catch(tell)
  } else if (data.kind === 'connect' && port !== undefined) void connect(port)
  else if (data.kind === 'close') void close()
})

async function start(values: BackendStart, port: Port): Promise<DesktopBackend> {
  const client: ContractRouterClient<typeof shellContract> = createORPCClient(new RPCLink({ port }))
  port.start()
  return openBackend({ shell: await createRemoteShell(values, client) })
}

/** Tells the main process, which ends this one and asks the person what to do: nothing works without the app's data. */
function tell(error: unknown): void {
  const { code, message } = failureOfError(error)
  parentPort?.postMessage({ kind: 'cannot-start', code, message })
}

async function connect(port: Port): Promise<void> {
  // a failed start has been reported already
  const opened = await backend?.catch(() => undefined)
  if (opened === undefined) return
  new RPCHandler(opened.router).upgrade(port, { context: {} })
  port.start()
}

async function close(): Promise<void> {
  await (await backend?.catch(() => undefined))?.close()
  process.exit(0)
}

async function createRemoteShell(
  values: BackendStart,
  client: ContractRouterClient<typeof shellContract>,
): Promise<Shell> {
  const keyFile = values.secretStorage === 'key-file' ? await openKeyFile(values.dataFolder) : undefined
  return {
    ...values,
    desktop: true,
    encrypt: async (plain) =>
      keyFile === undefined
        ? Buffer.from((await client.encrypt({ plain })).sealed, 'base64')
        : keyFile.encrypt(plain),
    decrypt: async (sealed) =>
      keyFile === undefined
        ? (await client.decrypt({ sealed: Buffer.from(sealed).toString('base64') })).plain
        : keyFile.decrypt(sealed),
    openUrl: async (url) => void (await client.openUrl({ url })),
    openFolder: async (path) => void (await client.openFolder({ path })),
    updates: {
      watch: async function* (signal) {
        yield* await client.updates.watch({}, { signal })
      },
      check: async () => void (await client.updates.check({})),
      download: async () => void (await client.updates.download({})),
    },
    startAtLogin: {
      get: async () => (await client.startAtLogin.get({})).isOn,
      set: async (isOn) => (await client.startAtLogin.set({ isOn })).problem,
    },
    sshFolder: accountSshFolder(),
    programs: {
      find: async () => (await client.programs.find({})).programs,
      open: async (program, place) => (await client.programs.open({ program, place })).problem,
    },
    pickKeyFile: async () => (await client.pickKeyFile({})).path,
    pickFiles: async (what) => (await client.pickFiles({ what })).paths,
    onDeepLink: (listener) => {
      const controller = new AbortController()
      void (async () => {
        for await (const link of await client.deepLinks({}, { signal: controller.signal })) listener(link)
      })().catch((error: unknown) => {
        if (!controller.signal.aborted) throw error
      })
      return () => controller.abort()
    },
  }
}
