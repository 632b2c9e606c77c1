import { powershellWord as quote } from '@nps-desktop/relay-core/api'
import { AppError } from '../../failures/app-error.ts'
import { fileChunks } from '../install/file-chunks.ts'
import { diskFull } from '../install/check-machine.ts'
import type { UploadPlace } from '../install/machine-facts.ts'
import type { ProgramFile } from '../install/program-files.ts'
import { sftpUpload } from './sftp-upload.ts'
import { RemoteCommandFailed } from '../../ssh/shell/remote-shell.ts'
import type { WindowsShell } from '../../ssh/shell/windows-shell.ts'

/** At least 50 kB/s are expected to get through; a way that stays slower for this long is broken. */
const uploadTimeoutMs = 20 * 60_000
const unpackTimeoutMs = 3 * 60_000

/** Below %LOCALAPPDATA%, which only the account itself, administrators and the system may open. */
export const uploadFolder = 'nps-desktop-upload'

/** The hash of the program that is ready there, or `-`. */
const prepareScript = (folder: string, program: string): string => `
[void](New-Item -ItemType Directory -Force -Path ${quote(folder)})
Get-ChildItem -LiteralPath ${quote(folder)} -Filter '*.part' | Remove-Item -Force
if (Test-Path -LiteralPath ${quote(program)}) { (Get-FileHash -Algorithm SHA256 -LiteralPath ${quote(program)}).Hash.ToLower() } else { '-' }`

/** Prints `differs` for a file that is not what was sent, and removes it; 112 and 39 are Windows' numbers for a full disk. */
const unpackScript = (part: string, program: string, file: ProgramFile): string => `
$part = ${quote(part)}
$fresh = ${quote(`${program}.part`)}
try {
  if ((Get-FileHash -Algorithm SHA256 -LiteralPath $part).Hash -ne '${file.sha256}') { 'differs'; return }
  $from = [IO.File]::OpenRead($part)
  $to = [IO.File]::Create($fresh)
  try {
    ${
      file.compression === 'gz'
        ? '$unzip = New-Object IO.Compression.GZipStream $from, ([IO.Compression.CompressionMode]::Decompress); $unzip.CopyTo($to)'
        : '$from.CopyTo($to)'
    }
  } finally { $to.Dispose(); $from.Dispose() }
  if ((Get-FileHash -Algorithm SHA256 -LiteralPath $fresh).Hash -ne '${file.rawSha256}') { 'differs'; return }
  Move-Item -Force -LiteralPath $fresh -Destination ${quote(program)}
  'ready'
} catch {
  $cause = $_.Exception.GetBaseException()
  if (($cause.HResult -band 0xffff) -in 112, 39) { 'full' } else { throw }
} finally { Remove-Item -Force -LiteralPath $part, $fresh -ErrorAction SilentlyContinue }`

/**
 * Puts a program into a folder of ours under `place` by sftp, checked and unpacked; answers its path. One that lies there
 * whole is kept. Rejects with `upload-failed`, `upload-corrupt`, `disk-full`.
 */
export async function uploadToWindows(
  shell: WindowsShell,
  file: ProgramFile,
  place: UploadPlace,
  { onProgress, signal }: { onProgress: (bytes: number, total: number) => void; signal: AbortSignal },
): Promise<{ path: string; sentBytes: number }> {
  const { host } = shell.session.address
  const folder = `${place.folder}\\${uploadFolder}`
  const path = `${folder}\\${file.program}.exe`
  const part = `${folder}\\${file.sha256.slice(0, 16)}.part`
  const failed = (cause: unknown): AppError => {
    const reason = cause instanceof Error ? cause.message : String(cause)
    return new AppError(
      'upload-failed',
      `${host} did not take the file in ${folder}: ${reason}.`,
      { host, path: folder, reason },
      { cause, fixes: [{ action: 'retry' }] },
    )
  }
  const run = async (script: string): Promise<string> => {
    try {
      return (await shell.output(script, { timeoutMs: unpackTimeoutMs, signal })).trim()
    } catch (error) {
      throw error instanceof RemoteCommandFailed ? failed(error) : error
    }
  }
  if ((await run(prepareScript(folder, path))) === file.rawSha256) return { path, sentBytes: 0 }
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(uploadTimeoutMs)])
  try {
    await sftpUpload(shell.session, `/${part.replaceAll('\\', '/')}`, counted(file, onProgress), {
      signal: deadline,
    })
  } catch (error) {
    if (error instanceof AppError || signal.aborted) throw error
    throw failed(error)
  }
  const outcome = await run(unpackScript(part, path, file))
  if (outcome === 'full')
    throw diskFull(
      host,
      file.program,
      { mount: place.mount, freeBytes: place.freeBytes },
      file.bytes + file.rawBytes,
    )
  if (outcome === 'ready') return { path, sentBytes: file.bytes }
  throw new AppError(
    'upload-corrupt',
    `What arrived on ${host} is not what was sent: its SHA-256 differs. It was removed.`,
    { host, program: file.program },
    { fixes: [{ action: 'retry' }] },
  )
}

async function* counted(
  { paths, bytes }: ProgramFile,
  onProgress: (bytes: number, total: number) => void,
): AsyncGenerator<Uint8Array, void, void> {
  let sent = 0
  onProgress(0, bytes)
  for await (const chunk of fileChunks(paths)) {
    yield chunk
    sent += chunk.length
    onProgress(sent, bytes)
  }
}
