import { powershellWord as quote } from '@nps-desktop/relay-core/api'
import type { Reach } from '../install/remote-machine.ts'
import type { WindowsShell } from '../../ssh/shell/windows-shell.ts'

const answers: readonly Reach[] = ['open', 'refused', 'unknown-host']

/** By a bare TcpClient, which is told when to give up; Test-NetConnection is not. */
export async function reachFromWindows(
  shell: WindowsShell,
  { host, port, withinSeconds }: { host: string; port: number; withinSeconds: number },
  { signal }: { signal: AbortSignal },
): Promise<Reach> {
  const script = `
$client = New-Object Net.Sockets.TcpClient
if (${quote(host)}.Contains(':')) { $client = New-Object Net.Sockets.TcpClient ([Net.Sockets.AddressFamily]::InterNetworkV6) }
try {
  $trying = $client.ConnectAsync(${quote(host)}, ${port})
  if ($trying.Wait(${withinSeconds * 1000})) { 'open' } else { 'silent' }
} catch {
  $cause = $_.Exception.GetBaseException()
  switch ([string]$cause.SocketErrorCode) {
    'ConnectionRefused' { 'refused' }
    { $_ -in 'HostNotFound', 'NoData', 'TryAgain' } { 'unknown-host' }
    default { 'silent' }
  }
} finally { $client.Close() }`
  const text = await shell.output(script, { timeoutMs: (withinSeconds + 60) * 1000, signal })
  return answers.find((answer) => answer === text.trim()) ?? 'silent'
}
