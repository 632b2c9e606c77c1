import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '../../relay-core/src/testing/free-port.ts'

export interface Smoke {
  readonly startToListeningMs: number
  readonly idleResidentBytes: number
}

const startTimeoutMs = 20_000
/** After this an idle program has given back what starting took. */
const settleMs = 3_000

/** Starts `nps` in a folder of its own on free loopback ports and measures until its bridge takes a connection. */
export async function smoke(program: string): Promise<Smoke> {
  const folder = await mkdtemp(join(tmpdir(), 'nps-smoke-'))
  const [bridgePort, webPort] = [await freePort(), await freePort()]
  await mkdir(join(folder, 'conf'))
  const conf = `bridge_ip=127.0.0.1\nbridge_port=${bridgePort}\nweb_ip=127.0.0.1\nweb_port=${webPort}\nweb_username=admin\nweb_password=${crypto.randomUUID()}\n`
  await writeFile(join(folder, 'conf/nps.conf'), conf)
  await forgetPages(program)
  // the first start makes the identity key and the database; a person waits for it once, a service for the others
  await start(program, folder, bridgePort)
  try {
    return await start(program, folder, bridgePort, settleMs)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/**
 * Makes the system read the program's file again, as after a boot: of a file that was just written it keeps large pieces in
 * memory, and counts 3 to 5 MB more of them as the program's.
 */
async function forgetPages(program: string): Promise<void> {
  await promisify(execFile)('sync', [program])
  await promisify(execFile)('dd', [`if=${program}`, 'of=/dev/null', 'iflag=nocache', 'count=0'])
}

async function start(program: string, folder: string, port: number, measureAfterMs = 0): Promise<Smoke> {
  const startedMs = performance.now()
  const child = spawn(program, [`-conf_path=${folder}`], { stdio: ['ignore', 'pipe', 'pipe'], cwd: folder })
  const output: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk))
  const exited = once(child, 'exit')
  try {
    while (!(await answers(port))) {
      if (child.exitCode !== null || performance.now() - startedMs > startTimeoutMs)
        throw new Error(`nps did not listen on ${port}:\n${Buffer.concat(output).toString()}`)
    }
    const startToListeningMs = performance.now() - startedMs
    await new Promise((resolve) => setTimeout(resolve, measureAfterMs))
    const status = await readFile(`/proc/${child.pid}/status`, 'utf8')
    return { startToListeningMs, idleResidentBytes: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024 }
  } finally {
    child.kill('SIGTERM')
    await exited
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    // a short pause, so that asking does not take the processor from who is starting
    socket.once('error', () => setTimeout(() => resolve(false), 5))
  })
}
