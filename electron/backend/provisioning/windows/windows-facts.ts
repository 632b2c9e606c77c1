import { type Clock, systemClock } from '@nps-desktop/relay-core/async'
import type { MachineFacts } from '../install/machine-facts.ts'
import { parseMachineFacts } from '../install/machine-facts.ts'
import { unexpectedAnswer } from '../../ssh/shell/remote-shell.ts'
import type { WindowsShell } from '../../ssh/shell/windows-shell.ts'

/**
 * The same lines as from a machine with sh. The name that Windows 11 has in the registry is still that of 10; its builds
 * begin with 22000. What is installed goes to the same disk as the upload, which lies in the account's own profile.
 */
const script = String.raw`
function Say([string]$name, $value) { "$name=$value" }
$windows = Get-ItemProperty 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion'
$build = [int]$windows.CurrentBuildNumber
$name = [string]$windows.ProductName
if ($build -ge 22000) { $name = $name -replace '^Windows 10', 'Windows 11' }
Say kind 'Windows'
Say os $name
Say kernel "$([Environment]::OSVersion.Version.Major).$([Environment]::OSVersion.Version.Minor).$build"
$machine = $env:PROCESSOR_ARCHITEW6432
if (-not $machine) { $machine = $env:PROCESSOR_ARCHITECTURE }
Say machine $machine
Say now ([long]([DateTime]::UtcNow - [DateTime]'1970-01-01').TotalSeconds)
Say home $env:LOCALAPPDATA
$disk = New-Object IO.DriveInfo ([IO.Path]::GetPathRoot($env:LOCALAPPDATA))
Say place "yes $([long]($disk.AvailableFreeSpace / 1024)) $($disk.Name)|$env:LOCALAPPDATA"
`

export async function readWindowsFacts(
  shell: WindowsShell,
  { signal, clock = systemClock }: { signal: AbortSignal; clock?: Clock },
): Promise<MachineFacts> {
  const asked = clock.now()
  const text = await shell.output(script, { signal })
  const facts = parseMachineFacts(text, (asked + clock.now()) / 2)
  if (facts.kind !== 'Windows' || !/^[A-Za-z]:\\/.test(facts.home))
    throw unexpectedAnswer(shell.session.address.host, 'its system', text)
  return facts
}
