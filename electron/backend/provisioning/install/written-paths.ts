import type { InstalledProgram } from './installed-program.ts'
import type { ProgramName } from './program-files.ts'

/** What an installed program has on its machine, for people: itself, its folder, and what starts it. */
export function writtenPaths(
  program: ProgramName,
  { programPath, folder, service }: Pick<InstalledProgram, 'programPath' | 'folder' | 'service'>,
): string[] {
  const own = programPath.startsWith(`${folder}/`) ? [] : [programPath]
  return [...own, `${folder}/`, ...startedBy(program, service)]
}

function startedBy(program: ProgramName, service: InstalledProgram['service']): string[] {
  switch (service) {
    case 'systemd':
      return [`/etc/systemd/system/${program}.service`]
    case 'systemd-user':
      return [`~/.config/systemd/user/${program}.service`]
    case 'cron':
      return ['crontab']
    case 'launchd':
      return [`/Library/LaunchDaemons/nps-desktop.${program}.plist`]
    case 'launchd-agent':
      return [`~/Library/LaunchAgents/nps-desktop.${program}.plist`]
    case 'logon':
      return [String.raw`HKCU\Software\Microsoft\Windows\CurrentVersion\Run`]
    case 'background':
    case 'windows-service':
      return []
  }
}
