import type { OpenInProgram, SshPlace } from '@nps-desktop/electron/contract'
import { join } from 'node:path'
import { findFile } from './find-file.ts'

/** A program with its arguments, each on its own: no shell reads them. */
export interface ProgramStart {
  readonly command: string
  readonly args: readonly string[]
}

/** What is asked of the computer. */
export interface Computer {
  readonly platform: NodeJS.Platform
  readonly env: NodeJS.ProcessEnv
  readonly home: string
}

/** How the program is started on a lab box; null where it is not on this computer. */
export async function programStart(
  program: OpenInProgram,
  place: SshPlace,
  computer: Computer,
): Promise<ProgramStart | null> {
  if (program === 'terminal') return await terminalStart(place, computer)
  const command = await findFile(placesOf(program, computer), computer)
  if (command === null) return null
  if (program === 'gateway') return gatewayStart(command, place, computer)
  // `code --help`: "--remote <authority>"; a folder follows as the path to open
  return {
    command,
    args: ['--remote', `ssh-remote+${place.authority}`, ...(place.folder ? [place.folder] : [])],
  }
}

/** Terminals of Linux, with what stands before a command: the person's own choice first, then those of desktops. */
const linuxTerminals: readonly (readonly [name: string, ...before: string[]])[] = [
  ['xdg-terminal-exec'],
  ['x-terminal-emulator', '-e'],
  ['gnome-terminal', '--'],
  ['ptyxis', '--'],
  ['kgx', '--'],
  ['konsole', '-e'],
  ['xfce4-terminal', '-x'],
  ['mate-terminal', '-x'],
  ['kitty'],
  ['alacritty', '-e'],
  ['wezterm', 'start', '--'],
  ['foot'],
  ['xterm', '-e'],
]

/** The words of ssh reach it as they are; a window in which it has failed stays until a key is pressed. */
const sshThenWait = 'ssh "$@" || { printf "\\n[ssh: %s] " "$?"; read -r _; }'

async function terminalStart(
  { words, host, port, user }: SshPlace,
  computer: Computer,
): Promise<ProgramStart | null> {
  const { platform, env } = computer
  if (platform === 'win32') return await windowsTerminalStart(words, computer)
  if (platform === 'darwin') {
    // whichever terminal the person has chosen for such links, Apple's without a choice
    const [name] = words
    const named = words.length === 1 && name !== undefined ? name : null
    const at = host.includes(':') ? `[${host}]` : host
    const who = user === null ? '' : `${encodeURIComponent(user)}@`
    return {
      command: '/usr/bin/open',
      args: [named === null ? `ssh://${who}${at}:${port}` : `ssh://${named}`],
    }
  }
  if ((await findFile(['ssh'], computer)) === null) return null
  for (const [name, ...before] of linuxTerminals) {
    const command = await findFile([name], { env })
    if (command !== null) return { command, args: [...before, 'sh', '-c', sshThenWait, 'ssh', ...words] }
  }
  return null
}

/** Windows Terminal, else a console window: conhost runs the command that follows it. */
async function windowsTerminalStart(
  words: readonly string[],
  computer: Computer,
): Promise<ProgramStart | null> {
  const { env } = computer
  const system = join(env['SystemRoot'] ?? 'C:\\Windows', 'System32')
  const ssh = await findFile([join(system, 'OpenSSH', 'ssh.exe'), 'ssh.exe'], computer)
  if (ssh === null) return null
  const apps = join(env['LOCALAPPDATA'] ?? '', 'Microsoft', 'WindowsApps')
  const terminal = await findFile([join(apps, 'wt.exe'), 'wt.exe'], computer)
  if (terminal !== null) return { command: terminal, args: [ssh, ...words] }
  const console = await findFile([join(system, 'conhost.exe')], computer)
  return console === null ? null : { command: console, args: [ssh, ...words] }
}

function placesOf(program: Exclude<OpenInProgram, 'terminal'>, { platform, env, home }: Computer): string[] {
  if (platform === 'darwin') {
    const applications = ['/Applications', join(home, 'Applications')]
    const inApp = {
      vscode: ['Visual Studio Code.app/Contents/Resources/app/bin/code'],
      cursor: ['Cursor.app/Contents/Resources/app/bin/cursor'],
      gateway: ['JetBrains Gateway.app/Contents/MacOS/gateway', 'Gateway.app/Contents/MacOS/gateway'],
    }[program]
    return applications.flatMap((folder) => inApp.map((path) => join(folder, path)))
  }
  if (platform === 'win32') {
    const local = join(env['LOCALAPPDATA'] ?? '', 'Programs')
    const all = env['ProgramFiles'] ?? 'C:\\Program Files'
    return {
      vscode: [join(local, 'Microsoft VS Code', 'Code.exe'), join(all, 'Microsoft VS Code', 'Code.exe')],
      cursor: [join(local, 'cursor', 'Cursor.exe')],
      gateway: [join(local, 'Gateway', 'bin', 'gateway64.exe')],
    }[program]
  }
  return {
    vscode: ['code'],
    cursor: ['cursor'],
    // not the bare name in PATH: it says little of what it is
    gateway: [join(home, '.local/share/JetBrains/Toolbox/scripts/gateway'), 'jetbrains-gateway'],
  }[program]
}

/** Its link opens its form with these values filled in. */
function gatewayStart(
  command: string,
  { host, port, user, folder }: SshPlace,
  { platform }: Computer,
): ProgramStart {
  const values = new URLSearchParams({ type: 'ssh', deploy: 'true', host, port: String(port) })
  if (user !== null) values.set('user', user)
  if (folder !== null) values.set('projectPath', folder)
  const link = `jetbrains-gateway://connect#${values}`
  return platform === 'darwin' ? { command: '/usr/bin/open', args: [link] } : { command, args: [link] }
}
