import { createReadStream } from 'node:fs'
import { AppError } from '../app-error.ts'
import { quote } from '../ssh/quote.ts'
import { RemoteCommandFailed, type RemoteShell } from '../ssh/remote-shell.ts'
import { diskFull } from './check-machine.ts'
import type { Place } from './machine-facts.ts'
import type { ProgramFile } from './programs.ts'

/** At the slowest 50 kB/s get through; a way that is slower for so long is a broken one. */
const uploadTimeoutMs = 20 * 60_000
const unpackTimeoutMs = 3 * 60_000

export interface UploadOptions {
  readonly onProgress: (bytes: number, total: number) => void
  readonly signal: AbortSignal
}

/**
 * Puts a program into a folder of ours (0700) under `place`, checked, unpacked and executable; answers its path. What an
 * earlier try left is used: a whole program is kept, a part of the file is continued. Rejects with `upload-failed`,
 * `upload-corrupt`, `disk-full`; a full disk is cleaned of what was written.
 */
export async function uploadProgram(
  shell: RemoteShell,
  file: ProgramFile,
  place: Place,
  { onProgress, signal }: UploadOptions,
): Promise<{ path: string; sentBytes: number }> {
  const { host } = shell.session.address
  const folder = uploadFolder(place)
  const ready = `${folder}/${file.program}`
  const part = `${folder}/${file.sha256.slice(0, 16)}.part`
  const before = await shell.run(prepare(folder, ready, part), { timeoutMs: unpackTimeoutMs, signal })
  if (before.exitCode !== 0) throw refused(host, folder, before.stderr)
  const [readySha = '', partBytes = '0'] = before.stdout.trim().split(' ')
  if (readySha === file.rawSha256) return { path: ready, sentBytes: 0 }

  const have = Number(partBytes)
  let sent = 0
  const transfer = async (from: number): Promise<void> => {
    onProgress(from, file.bytes)
    const stdin = counted(file, from, (bytes) => {
      sent += bytes
      onProgress(Math.min(from + sent, file.bytes), file.bytes)
    })
    await writing(shell, file, place, folder, `cat >> ${quote(part)}`, {
      stdin,
      timeoutMs: uploadTimeoutMs,
      signal,
    })
  }
  const isWhole = async (): Promise<boolean> => {
    const text = await shell.output(`sha256sum < ${quote(part)}`, { timeoutMs: unpackTimeoutMs, signal })
    return text.startsWith(file.sha256)
  }
  if (have < file.bytes) await transfer(have)
  if (!(await isWhole())) {
    // What was there before may have been damaged: once more from the start.
    await shell.output(`rm -f ${quote(part)}`, { signal })
    sent = 0
    if (have > 0) await transfer(0)
    if (have === 0 || !(await isWhole())) {
      await shell.output(`rm -f ${quote(part)}`, { signal })
      throw new AppError(
        'upload-corrupt',
        `What arrived on ${host} is not what was sent: its SHA-256 differs. It was removed.`,
        { host, program: file.program },
        { fixes: [{ action: 'retry' }] },
      )
    }
  }
  await writing(shell, file, place, folder, unpack(file, part, ready), { timeoutMs: unpackTimeoutMs, signal })
  return { path: ready, sentBytes: sent }
}

/** Takes away what `uploadProgram` put there, once it is installed. */
export async function dropUpload(
  shell: RemoteShell,
  place: Place,
  { signal }: { signal: AbortSignal },
): Promise<void> {
  await shell.output(`rm -rf ${quote(uploadFolder(place))}`, { signal })
}

function uploadFolder(place: Place): string {
  return `${place.folder}/.nps-desktop-upload`
}

/** The hash of what is ready, and the bytes of what is half there. Refuses a folder that is not ours alone. */
function prepare(folder: string, ready: string, part: string): string {
  return `umask 077
mkdir -p -m 700 ${quote(folder)} && [ -O ${quote(folder)} ] && [ ! -h ${quote(folder)} ] || { echo "it belongs to someone else" >&2; exit 1; }
cd ${quote(folder)} || exit 1
for old in *.part; do [ "$old" = ${quote(part.slice(folder.length + 1))} ] || rm -f "$old"; done
sum=$( [ -f ${quote(ready)} ] && sha256sum < ${quote(ready)} | cut -d ' ' -f 1)
size=$( [ -f ${quote(part)} ] && wc -c < ${quote(part)})
echo "\${sum:--} \${size:-0}"`
}

function unpack(file: ProgramFile, part: string, ready: string): string {
  const tool = file.compression === 'xz' ? 'xz' : 'gzip'
  return `umask 077
${tool} -dc < ${quote(part)} > ${quote(`${ready}.new`)} || exit 1
[ "$(sha256sum < ${quote(`${ready}.new`)} | cut -d ' ' -f 1)" = ${file.rawSha256} ] || { echo "the unpacked program differs" >&2; exit 1; }
chmod 700 ${quote(`${ready}.new`)} && mv -f ${quote(`${ready}.new`)} ${quote(ready)} && rm -f ${quote(part)}`
}

/** Runs what fills the disk, and tells a full one from other failures. */
async function writing(
  shell: RemoteShell,
  file: ProgramFile,
  place: Place,
  folder: string,
  script: string,
  options: Parameters<RemoteShell['output']>[1],
): Promise<void> {
  const { host } = shell.session.address
  try {
    await shell.output(script, options)
  } catch (error) {
    if (!(error instanceof RemoteCommandFailed)) throw error
    if (!/no space left|quota exceeded/i.test(error.result.stderr)) throw refused(host, folder, error.message)
    const left = await shell.output(
      `df -Pk ${quote(place.folder)} | sed -n '$s/^.* \\([0-9][0-9]*\\)  *[0-9-]*%.*$/\\1/p'; rm -rf ${quote(folder)}`,
      { signal: options.signal },
    )
    throw diskFull(
      host,
      file.program,
      { mount: place.mount, freeBytes: Number(left.trim()) * 1024 },
      file.bytes + file.rawBytes,
    )
  }
}

/** The file from `start`, counted as the connection takes it. */
async function* counted(
  file: ProgramFile,
  start: number,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Uint8Array, void, void> {
  for await (const chunk of createReadStream(file.path, { start, highWaterMark: 64 * 1024 })) {
    yield chunk as Buffer
    onBytes((chunk as Buffer).length)
  }
}

function refused(host: string, folder: string, reason: string): AppError {
  const said = reason.trim().split('\n').at(-1)?.slice(0, 200) ?? ''
  return new AppError(
    'upload-failed',
    `${host} did not take the file in ${folder}: ${said === '' ? 'it gave no reason' : said}.`,
    { host, path: folder, reason: said },
    { fixes: [{ action: 'retry' }] },
  )
}
