import type { InstallScriptOptions } from './install-script.ts'
import { powershellLine, powershellWord } from '../../api/words/powershell-words.ts'

/**
 * The line to paste on Windows: fetches the script behind `url` from whoever proves the key that `windowsPin` names, and runs it. The
 * certificate is checked in C#, since PowerShell may be asked on a thread that runs no scripts. 3072 is TLS 1.2, which older systems do not
 * offer by themselves.
 */
export function windowsLine({
  url,
  windowsPin,
  flags,
}: {
  /** `https://host:port/i/<code>.ps1`. */
  url: string
  windowsPin: string
  /** For `npc install`. */
  flags: readonly string[]
}): string {
  const get =
    'using System;using System.Net;public class Nps{public static string Get(string url,string pin){' +
    'ServicePointManager.SecurityProtocol=(SecurityProtocolType)3072;' +
    'ServicePointManager.ServerCertificateValidationCallback=(o,c,h,e)=>Convert.ToBase64String(' +
    'System.Security.Cryptography.SHA256.Create().ComputeHash(c.GetPublicKey()))==pin;' +
    'return new WebClient().DownloadString(url);}}'
  const script = `[Nps]::Get(${powershellWord(url)},${powershellWord(windowsPin)})`
  const words = flags.map((flag) => ` ${powershellWord(flag)}`).join('')
  return powershellLine(`Add-Type ${powershellWord(get)};& ([scriptblock]::Create(${script}))${words}`)
}

/**
 * The script behind that line, for Windows PowerShell 5.1: what `installScript` does elsewhere. It downloads within the same process, where the
 * pin holds for every connection.
 */
export function windowsInstallScript({
  server,
  vkey,
  fingerprint,
  url,
  programs,
}: Omit<InstallScriptOptions, 'curlPin'>): string {
  const q = powershellWord
  const name = 'npc-windows-amd64.exe.gz'
  return `# Installs npc, the agent that connects this machine to ${server.replace(/[^\w.:[\]-]/g, '')}.
$ErrorActionPreference = 'Stop'
$sum = ${q(programs[name] ?? '')}
$outcome = 'npc was not installed'
$work = Join-Path $env:LOCALAPPDATA ('npc-install-' + [Guid]::NewGuid().ToString('N'))
try {
  if (-not [Environment]::Is64BitOperatingSystem) { throw 'this is a 32-bit Windows, and npc is for 64 bits.' }
  if ($sum -eq '') { throw 'the relay has no npc for Windows. Make the line for Windows in the app, or put ${name} into the relay''s programs folder.' }
  [void](New-Item -ItemType Directory -Path $work)
  $packed = Join-Path $work 'npc.gz'
  $npc = Join-Path $work 'npc.exe'
  'Fetching npc for Windows ...'
  try { (New-Object Net.WebClient).DownloadFile(${q(`${url}/${name}`)}, $packed) }
  catch { throw "the download broke off. Paste the line again. ($($_.Exception.Message))" }
  if ((Get-FileHash -Algorithm SHA256 -LiteralPath $packed).Hash -ne $sum) { throw 'the download is damaged. Paste the line again.' }
  $from = [IO.File]::OpenRead($packed)
  $unzip = New-Object IO.Compression.GZipStream $from, ([IO.Compression.CompressionMode]::Decompress)
  $to = [IO.File]::Create($npc)
  try { $unzip.CopyTo($to) } finally { $to.Dispose(); $unzip.Dispose(); $from.Dispose() }
  & $npc -version
  if ($LASTEXITCODE -ne 0) { throw 'npc does not start on this machine (see the line above).' }
  $env:NPC_SERVER_VKEY = ${q(vkey)}
  & $npc install ${q(`-server=${server}`)} ${q(`-fingerprint=${fingerprint}`)} @args
  if ($LASTEXITCODE -ne 0) { throw 'see the lines above.' }
  $env:NPC_SERVER_VKEY = ''
  $outcome = 'npc is installed, but it does not run'
  & $npc start
  if ($LASTEXITCODE -ne 0) { throw 'it did not start (see the lines above).' }
  & $npc status
} catch {
  [Console]::Error.WriteLine("\${outcome}: $($_.Exception.Message)")
} finally {
  Remove-Item -Recurse -Force -LiteralPath $work -ErrorAction SilentlyContinue
}
`
}
