import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { Program } from '../../harness/programs/program.ts'
import { ensurePythonLayer, researchBin, researchScript } from '../../testbed/images/python-layer.ts'
import type { CutLine } from './cut-line.ts'

const token = 'a-token-for-tests-0123456789'

/** What of a kernel's messages is looked at (jupyter-client's messaging, version 5.3). */
const kernelMessage = z.object({
  channel: z.string(),
  header: z.object({ msg_type: z.string() }),
  content: z.object({ text: z.string().optional(), status: z.string().optional() }),
})

/** A real JupyterLab on the lab box of a line. */
export class LabNotebook implements AsyncDisposable {
  static readonly port = 8888
  readonly #folder: string
  readonly #server: Program

  private constructor(folder: string, server: Program) {
    this.#folder = folder
    this.#server = server
  }

  static async start(line: CutLine): Promise<LabNotebook> {
    await ensurePythonLayer()
    const folder = await mkdtemp(join(tmpdir(), 'nps-notebook-'))
    const options = `--allow-root --no-browser --ip=127.0.0.1 --port=${LabNotebook.port} --IdentityProvider.token=${token}`
    const script = researchScript(folder, `exec ${researchBin}/jupyter lab ${options}`)
    // Its kernels end with it.
    const own = ['unshare', '--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', script]
    const [program, ...args] = line.inLab(own)
    const server = new Program(program, args, folder)
    const notebook = new LabNotebook(folder, server)
    try {
      await server.says(/is running at/, { timeoutMs: 120_000 })
      return notebook
    } catch (error) {
      await notebook[Symbol.asyncDispose]()
      throw error
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.kill()
    await rm(this.#folder, { recursive: true, force: true })
  }
}

/** A cell that runs in a kernel, as the page of a notebook runs one: over one WebSocket. */
export class KernelCell implements Disposable {
  readonly #socket: WebSocket
  readonly #news = new EventTarget()
  #printed = ''
  #status: string | undefined
  #hasClosed = false

  private constructor(socket: WebSocket) {
    this.#socket = socket
    socket.addEventListener('message', ({ data }) => this.#take(String(data)))
    socket.addEventListener('close', () => {
      this.#hasClosed = true
      this.#news.dispatchEvent(new Event('news'))
    })
  }

  /** By way of a port of this machine. Fulfils once the cell has printed something. */
  static async run(port: number, code: string): Promise<KernelCell> {
    const api = `127.0.0.1:${port}/api/kernels`
    const headers = { authorization: `token ${token}` }
    const made = await fetch(`http://${api}`, { method: 'POST', headers, body: '{}' })
    const { id } = z.object({ id: z.string() }).parse(await made.json())
    const socket = new WebSocket(`ws://${api}/${id}/channels?token=${token}`)
    await once(socket, 'open', { signal: AbortSignal.timeout(60_000) })
    const cell = new KernelCell(socket)
    const header = {
      msg_id: 'cell',
      msg_type: 'execute_request',
      username: '',
      session: 'test',
      version: '5.3',
    }
    const content = { code, silent: false, store_history: false, user_expressions: {}, allow_stdin: false }
    const empty = { parent_header: {}, metadata: {}, buffers: [] }
    socket.send(
      JSON.stringify({ channel: 'shell', header: { ...header, date: new Date() }, content, ...empty }),
    )
    await cell.#until(() => cell.#printed !== '')
    return cell
  }

  /** All it has printed so far. */
  get printed(): string {
    return this.#printed
  }

  /** Fulfils once it has printed more than now; rejects when the WebSocket has ended. */
  async printsMore(): Promise<void> {
    const { length } = this.#printed
    await this.#until(() => this.#printed.length > length)
  }

  /** Fulfils with how it went (`ok`), once it has ended; rejects when the WebSocket does. */
  async ended(): Promise<string> {
    await this.#until(() => this.#status !== undefined)
    return this.#status ?? ''
  }

  [Symbol.dispose](): void {
    this.#socket.close()
  }

  #take(text: string): void {
    const { channel, header, content } = kernelMessage.parse(JSON.parse(text))
    if (channel === 'iopub' && header.msg_type === 'stream') this.#printed += content.text ?? ''
    if (channel === 'shell' && header.msg_type === 'execute_reply') this.#status = content.status
    this.#news.dispatchEvent(new Event('news'))
  }

  async #until(isSo: () => boolean): Promise<void> {
    const signal = AbortSignal.timeout(90_000)
    while (!isSo()) {
      if (this.#hasClosed) throw new Error(`the connection to the kernel has ended:\n${this.#printed}`)
      await once(this.#news, 'news', { signal })
    }
  }
}
