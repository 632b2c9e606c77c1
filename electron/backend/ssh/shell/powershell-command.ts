/**
 * Reads three lines: a number drawn for this call, a script, and what the script is given as `$given`, both in base64 of
 * UTF-8. Runs the script between the marks of `FramedAnswer`; a thrown error ends it with code 1 and its message on
 * standard error. `$input` is how Windows PowerShell hands out its standard input with these options.
 */
const bootstrap = `
$ErrorActionPreference = 'Stop'; $ProgressPreference = 'SilentlyContinue'
$utf8 = New-Object Text.UTF8Encoding $false
try { [Console]::OutputEncoding = $utf8 } catch { }
$lines = @($input); $nonce = [string]$lines[0]; $code = 0
[Console]::Out.Write("[$nonce\`n"); [Console]::Error.Write("[$nonce\`n")
try {
  $script = [ScriptBlock]::Create($utf8.GetString([Convert]::FromBase64String([string]$lines[1])))
  $given = $utf8.GetString([Convert]::FromBase64String([string]$lines[2]))
  & $script | ForEach-Object { [Console]::Out.Write("$_\`n") }
} catch { $code = 1; [Console]::Error.Write("$($_.Exception.GetBaseException().Message)\`n") }
[Console]::Out.Write("$nonce] $code\`n"); [Console]::Error.Write("$nonce] $code\`n")
exit $code`

/** One command line that cmd, PowerShell and a POSIX shell read alike; it is the same for every script. */
export const powershellCommand =
  'powershell.exe -NoProfile -NonInteractive -ExecutionPolicy Bypass -InputFormat Text -OutputFormat Text ' +
  `-EncodedCommand ${encodedCommand(bootstrap)}`

/** What `-EncodedCommand` takes: base64 of UTF-16LE. */
export function encodedCommand(script: string): string {
  return Buffer.from(script, 'utf16le').toString('base64')
}

/** What the command reads. */
export function powershellInput(nonce: string, script: string, given: string): Buffer {
  const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64')
  return Buffer.from(`${nonce}\r\n${base64(script)}\r\n${base64(given)}\r\n`, 'latin1')
}
