import { chmod, mkdir, rm } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { withDeadline } from '../../async/wait/with-deadline.ts'
import { loadOrCreateAdminKey } from '../../api-client/admin-key.ts'
import type { ControlPath } from '../../api-client/control-path.ts'
import { acceptProof } from '../../api-client/control-proof.ts'
import { listenAtPath } from '../../net/listen/listen.ts'
import type { Secret } from '../../secret.ts'

/** The kernel's limit for a socket's path, less its closing zero byte: sun_path of unix(7), and of macOS. */
const maxPathBytes = { linux: 107, other: 103 }
const proofTimeoutMs = 10_000

/** Where the command line connects. Who listens there is the one relay of its state folder. */
export class ControlListener {
  readonly #path: ControlPath
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #key: Secret | undefined

  /** `admitted` gets each connection that is the owner's; until then `accepted` has seen it. */
  constructor(
    path: ControlPath,
    { accepted, admitted }: { accepted: (socket: Socket) => void; admitted: (socket: Socket) => void },
  ) {
    this.#path = path
    this.#server = createServer({ pauseOnConnect: path.isProved }, (socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
      accepted(socket)
      if (!path.isProved) return admitted(socket)
      socket.on('error', () => socket.destroy())
      void this.#prove(socket).then(
        () => admitted(socket),
        () => socket.destroy(),
      )
    })
  }

  /** @throws Error when another relay runs on this state folder */
  async listen(): Promise<void> {
    const { folder, address, isProved } = this.#path
    await mkdir(folder, { recursive: true, mode: 0o700 })
    if (isProved) return this.#listenAtPipe()
    const most = process.platform === 'linux' ? maxPathBytes.linux : maxPathBytes.other
    if (Buffer.byteLength(address) > most)
      throw new Error(`The path ${address} is too long for a socket. Choose a shorter -conf_path.`)
    await chmod(folder, 0o700)
    // A socket file without a listener is what a kill -9 leaves.
    if (await somebodyAnswers(address)) throw this.#taken()
    await rm(address, { force: true })
    await listenAtPath(this.#server, address)
    await chmod(address, 0o600)
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }

  /** The system gives the name of a pipe to one program, and takes it back when that ends. */
  async #listenAtPipe(): Promise<void> {
    const { folder, address } = this.#path
    if (await somebodyAnswers(address)) throw this.#taken()
    this.#key = await loadOrCreateAdminKey(folder)
    await listenAtPath(this.#server, address).catch((cause: NodeJS.ErrnoException) => {
      throw cause.code === 'EADDRINUSE' || cause.code === 'EACCES' ? this.#taken(cause) : cause
    })
  }

  #taken(cause?: Error): Error {
    return new Error(`Another nps runs with the state in ${this.#path.folder}. Stop it first: nps stop.`, {
      cause,
    })
  }

  async #prove(socket: Socket): Promise<void> {
    const key = this.#key
    if (!key) throw new Error('the pipe is not open')
    const onTimeout = () => new Error('no proof came')
    await withDeadline({ timeoutMs: proofTimeoutMs, onTimeout }, (signal) =>
      acceptProof(socket, key, { signal }),
    )
  }
}

function somebodyAnswers(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
