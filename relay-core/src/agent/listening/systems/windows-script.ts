/** At most this many sockets are told, and so at most as many processes asked about. */
const maxSockets = 500
const maxCommandLength = 4_096

/**
 * For Windows PowerShell 5.1: what listens, as lines of netstat, then for each process of those one line of JSON with `pid`, `name`, `command`, `sid`, `account`,
 * `home`, `isOwn`. What this account may not see of a process is an empty text. Nothing that is read depends on the language of Windows, and what
 * is printed of a process is ASCII, whatever the code page. Without double quotes, so that it can stand on any command line.
 *
 * netstat writes the state in the system's language; what listens has no peer, which it writes as port 0.
 */
export const windowsListenersScript = String.raw`
$ErrorActionPreference = 'SilentlyContinue'; $ProgressPreference = 'SilentlyContinue'
$listening = @{}; $count = 0
foreach ($line in & (Join-Path $env:SystemRoot 'System32\netstat.exe') -ano) {
  if ($line -notmatch '^ *TCP +\S+:\d+ +(0\.0\.0\.0|\[::\]):0 .*?(\d+) *$') { continue }
  $listening[$Matches[2]] = $true; $count++; $line
  if ($count -ge ${maxSockets}) { break }
}
$me = [Security.Principal.WindowsIdentity]::GetCurrent().User.Value
$accounts = @{}; $homes = @{}
foreach ($process in Get-CimInstance -ClassName Win32_Process -OperationTimeoutSec 5) {
  if (-not $listening[[string]$process.ProcessId]) { continue }
  $sid = [string](Invoke-CimMethod -InputObject $process -MethodName GetOwnerSid -OperationTimeoutSec 2).Sid
  if ($sid -and -not $accounts.ContainsKey($sid)) {
    try { $accounts[$sid] = [string](New-Object Security.Principal.SecurityIdentifier $sid).Translate([Security.Principal.NTAccount]).Value } catch { $accounts[$sid] = '' }
    $homes[$sid] = [string](Get-ItemProperty -LiteralPath ('HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList\' + $sid)).ProfileImagePath
  }
  $command = [string]$process.CommandLine
  $told = ConvertTo-Json -Compress @{
    pid = [int64]$process.ProcessId; name = [string]$process.Name; sid = $sid; isOwn = ($sid -eq $me)
    account = [string]$accounts[$sid]; home = [string]$homes[$sid]
    command = $command.Substring(0, [Math]::Min($command.Length, ${maxCommandLength}))
  }
  [regex]::Replace($told, '[^ -~]', { param($found) '\u{0:x4}' -f [int][char]$found.Value })
}
`
