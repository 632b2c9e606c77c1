import { readdir, readFile, readlink, stat } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import type { Listening } from '../../../api/listening.ts'
import { procAddress } from '../../../net/address/proc-address.ts'
import type { ListenersQuestion } from './listeners-question.ts'
import { nearHost } from './near-host.ts'

/** Accounts below are the system's own (login.defs, UID_MIN). */
const firstPersonUid = 1_000
/** A machine may run very many processes; whoever asks waits. */
const readTimeoutMs = 4_000
const maxCommandBytes = 4_096
/** Stands above the sockets, also where there is none; a /proc that is imitated may leave all of it out. */
const listHead = /^ *sl +local_address /

/** Names of programs that are looked for among other people's, by which alone a listener of theirs can be told. */
const soughtName =
  /^(jupyter|tensorboard|code-server|openvscode|gradio|streamlit|mlflow|vllm|sglang|ollama|llama-server|sshd|xrdp|Xvnc|Xtigervnc|x11vnc)/

interface Account {
  readonly name: string
  readonly uid: number
  readonly home: string
}

interface Socket {
  readonly host: string
  readonly port: number
  readonly uid: number
}

/** Null where there is no /proc, or one that lists no sockets. `root`: for tests; by default `/`. */
export async function linuxListeners(
  { account, policy }: ListenersQuestion,
  { root = '/' }: { root?: string } = {},
): Promise<Listening | null> {
  const proc = join(root, 'proc')
  const four = await readFile(join(proc, 'net/tcp'), 'utf8').catch(() => null)
  if (four === null || !listHead.test(four)) return null
  const six = await readFile(join(proc, 'net/tcp6'), 'utf8').catch(() => '')
  const sockets = socketsIn(`${four}\n${six}`, policy)
  const accounts = await accountsIn(join(root, 'etc/passwd'))
  const ownerOf = (uid: number, isOwn: boolean): string | null => {
    if (uid < firstPersonUid && !isOwn) return null
    return accounts.find((one) => one.uid === uid)?.name ?? String(uid)
  }
  const person = accounts.find(({ name }) => name === account) ?? currentAccount()
  const processes = await processesOf(sockets, proc)
  const listeners = [...sockets].map(([inode, { host, port, uid }]) => {
    const process = processes.bySocket.get(inode)
    const isOwn = uid === person.uid && (uid >= firstPersonUid || process !== undefined)
    const { args: command = [], folder = '' } = process ?? {}
    return { host, port, owner: ownerOf(uid, isOwn), isOwn, command: [...command], folder }
  })
  const others = processes.sought.map(({ uid, args }) => ({ owner: ownerOf(uid, false), command: [...args] }))
  return { home: person.home, listeners, others }
}

/** By inode. Of several sockets of one port, each is told. */
function socketsIn(text: string, policy: ListenersQuestion['policy']): Map<string, Socket> {
  const sockets = new Map<string, Socket>()
  // proc(5): local address, remote address, state (0A listens), queues, timer, retransmits, uid, timeout, inode
  const listening =
    /^ *\d+: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) \S+ 0A \S+ \S+ \S+ +(\d{1,10}) +\d+ (\d{1,20}) /gm
  for (const [, hex = '', hexPort = '', uid, inode = ''] of text.matchAll(listening)) {
    const host = nearHost(procAddress(hex))
    const port = Number.parseInt(hexPort, 16)
    if (port > 0 && host !== null && policy({ host, port }, host))
      sockets.set(inode, { host, port, uid: Number(uid) })
  }
  return sockets
}

interface Process {
  readonly args: readonly string[]
  readonly folder: string
}

/** Who has the sockets open, as far as this account may see, and the sought programs of those who have others open. */
async function processesOf(
  sockets: ReadonlyMap<string, Socket>,
  proc: string,
): Promise<{ bySocket: Map<string, Process>; sought: { uid: number; args: readonly string[] }[] }> {
  const bySocket = new Map<string, Process>()
  const sought: { uid: number; args: readonly string[] }[] = []
  const uids = new Set([...sockets.values()].map(({ uid }) => uid))
  const giveUpAtMs = performance.now() + readTimeoutMs
  const pids = (await readdir(proc).catch(() => [])).filter((name) => /^\d+$/.test(name))
  for (const pid of pids) {
    if (performance.now() > giveUpAtMs) break
    const folder = join(proc, pid)
    const owner = await stat(folder).catch(() => null)
    if (!owner || (owner.uid !== 0 && !uids.has(owner.uid))) continue
    const mine = await socketsOf(folder, giveUpAtMs)
    const inodes = (mine ?? []).filter((inode) => sockets.has(inode) && !bySocket.has(inode))
    if (mine !== null && inodes.length === 0) continue
    const args = await commandOf(folder)
    if (mine === null) {
      if (args.slice(0, 2).some((arg) => soughtName.test(arg.slice(arg.lastIndexOf('/') + 1))))
        sought.push({ uid: owner.uid, args })
      continue
    }
    const startedIn = await readlink(join(folder, 'cwd')).catch(() => '')
    for (const inode of inodes) bySocket.set(inode, { args, folder: startedIn })
  }
  const unseen = new Set([...sockets].flatMap(([inode, { uid }]) => (bySocket.has(inode) ? [] : [uid])))
  // a process of root may have let its socket be another account's
  const isBehind = (uid: number): boolean => unseen.has(uid) || (uid === 0 && unseen.size > 0)
  return { bySocket, sought: sought.filter(({ uid }) => isBehind(uid)) }
}

/** Inodes; null where this account may not look. */
async function socketsOf(folder: string, giveUpAtMs: number): Promise<string[] | null> {
  const names = await readdir(join(folder, 'fd')).catch(() => null)
  if (names === null) return null
  const inodes: string[] = []
  for (const name of names) {
    // a single process may have a million open
    if (performance.now() > giveUpAtMs) break
    const target = await readlink(join(folder, 'fd', name)).catch(() => '')
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1]
    if (inode !== undefined) inodes.push(inode)
  }
  return inodes
}

async function commandOf(folder: string): Promise<string[]> {
  const text = await readFile(join(folder, 'cmdline'), 'utf8').catch(() => '')
  return text
    .slice(0, maxCommandBytes)
    .split('\0')
    .filter((arg) => arg !== '')
}

async function accountsIn(file: string): Promise<Account[]> {
  const text = await readFile(file, 'utf8').catch(() => '')
  return text.split('\n').flatMap((entry) => {
    const [name = '', , uid = '', , , home = ''] = entry.split(':')
    return /^\d+$/.test(uid) ? [{ name, uid: Number(uid), home }] : []
  })
}

function currentAccount(): Account {
  const { username: name, uid, homedir: home } = userInfo()
  return { name, uid, home }
}
