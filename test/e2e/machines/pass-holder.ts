import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Machine } from '../../testbed/machines/machine.ts'

/** Visits a page, says by a file that it was answered, and stays until the other end goes away. */
const visitor = (port: number) => `import pathlib, socket
visit = socket.create_connection(("127.0.0.1", ${port}), 30)
visit.sendall(b"GET /api HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n")
pathlib.Path("/run/answer").write_bytes(visit.recv(65536))
try:
    while visit.recv(65536): pass
except ConnectionResetError: pass
`

/** Somebody else's machine, which has npc as it is shipped, and the line of a guest pass. */
export class PassHolder {
  readonly #machine: Machine
  readonly #port: number

  private constructor(machine: Machine, port: number) {
    this.#machine = machine
    this.#port = port
  }

  /** Pastes the line there; fulfils when npc listens. */
  static async paste(line: string, machine: Machine, programsFolder: string): Promise<PassHolder> {
    const arch = process.arch === 'arm64' ? 'arm64' : 'amd64'
    await copyFile(join(programsFolder, `npc-linux-${arch}`), join(machine.disk.root, 'usr/local/bin/npc'))
    const port = Number(/ -local_port=(\d+)/.exec(line)?.[1])
    if (!Number.isInteger(port)) throw new Error(`no port of this machine in the line: ${line}`)
    await machine.exec(`systemd-run --quiet --unit=guest ${line}`)
    await machine.exec(`until ss -Hltn 'sport = ${port}' | grep -q .; do sleep 0.1; done`)
    return new PassHolder(machine, port)
  }

  /** What the guest gets from the address that npc offers there; throws when there is no answer. */
  async get(path: string): Promise<string> {
    return await this.#machine.exec(`curl -sSf --max-time 20 http://127.0.0.1:${this.#port}${path}`)
  }

  /** A visit that has its answer, and what fulfils when it is ended from afar. */
  async visit(): Promise<{ ended: Promise<unknown> }> {
    await this.#machine.exec('cat > /run/visitor.py', { input: visitor(this.#port) })
    const ended = this.#machine.exec('python3 /run/visitor.py', { timeoutMs: 60_000 })
    const left = ended.then(() => Promise.reject(new Error('the visit ended before it was answered')))
    await Promise.race([this.#machine.exec('until [ -s /run/answer ]; do sleep 0.1; done'), left])
    left.catch(() => undefined)
    return { ended }
  }
}
