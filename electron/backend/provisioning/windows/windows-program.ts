import { powershellWord as quote } from '@nps-desktop/relay-core/api'
import { type ExecResult, unexpectedAnswer } from '../../ssh/shell/remote-shell.ts'
import type { WindowsShell } from '../../ssh/shell/windows-shell.ts'

interface StartOptions {
  readonly timeoutMs?: number
  /** A variable of the program's environment, which stands in no command line. */
  readonly secretEnv?: { readonly name: string; readonly value: string }
  readonly signal: AbortSignal
}

/** What came of a program; `startError`: it did not start at all, and Windows gave this number (winerror.h). */
export interface ProgramResult extends ExecResult {
  readonly startError?: number
}

/**
 * What a program prints comes back in base64, exactly as it was. A program that it leaves running may hold its output
 * open, so the rest of it is not waited for long.
 */
const startScript = (path: string, words: readonly string[], secretName: string): string => `
$start = New-Object Diagnostics.ProcessStartInfo
$start.FileName = ${quote(path)}
$start.Arguments = ${quote(words.map(windowsWord).join(' '))}
$start.UseShellExecute = $false
$start.CreateNoWindow = $true
$start.RedirectStandardInput = $true
$start.RedirectStandardOutput = $true
$start.RedirectStandardError = $true
if (${quote(secretName)}) { $start.EnvironmentVariables[${quote(secretName)}] = $given }
try { $process = [Diagnostics.Process]::Start($start) } catch {
  $cause = $_.Exception.GetBaseException()
  if ($cause -isnot [ComponentModel.Win32Exception]) { throw }
  "error $($cause.NativeErrorCode)"
  [Console]::Error.Write("$($cause.Message)\`n")
  return
}
$process.StandardInput.Close()
$streams = @($process.StandardOutput, $process.StandardError) | ForEach-Object {
  $memory = New-Object IO.MemoryStream
  @{ memory = $memory; copied = $_.BaseStream.CopyToAsync($memory) }
}
$process.WaitForExit()
"exit $($process.ExitCode)"
foreach ($stream in $streams) {
  [void]$stream.copied.Wait(2000)
  "text $([Convert]::ToBase64String($stream.memory.ToArray()))"
}`

/** Runs a program with nothing to read. */
export async function startOnWindows(
  shell: WindowsShell,
  path: string,
  words: readonly string[],
  { secretEnv, ...options }: StartOptions,
): Promise<ProgramResult> {
  const script = startScript(path, words, secretEnv?.name ?? '')
  const given = secretEnv === undefined ? {} : { given: secretEnv.value }
  const { exitCode, stdout, stderr } = await shell.run(script, { ...options, ...given })
  const startError = /^error (\d+)\n$/.exec(stdout)?.[1]
  if (startError !== undefined) return { exitCode: null, stdout: '', stderr, startError: Number(startError) }
  if (exitCode !== 0) return { exitCode, stdout: '', stderr }
  const [, code, out, err] = /^exit (-?\d+)\ntext (\S*)\ntext (\S*)\n$/.exec(stdout) ?? []
  if (code === undefined) throw unexpectedAnswer(shell.session.address.host, path, stdout)
  return { exitCode: Number(code), stdout: decoded(out), stderr: decoded(err) }
}

function decoded(text = ''): string {
  return Buffer.from(text, 'base64').toString('utf8').replaceAll('\r\n', '\n')
}

/** One word of a command line as programs on Windows read it. Throws a `TypeError` for a quotation mark, or a backslash at the end, which need more. */
function windowsWord(word: string): string {
  if (word.includes('"') || word.endsWith('\\'))
    throw new TypeError(`${word} is not a word for a program on Windows`)
  return /^[^\s]+$/.test(word) ? word : `"${word}"`
}
