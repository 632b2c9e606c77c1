import { AppError } from '../../failures/app-error.ts'
import { commandLine, shellWord as quote } from '@nps-desktop/relay-core/api'
import { RemoteCommandFailed, type RemoteShell, unexpectedAnswer } from '../../ssh/shell/remote-shell.ts'
import { diskFull } from './check-machine.ts'
import { fileChunks } from './file-chunks.ts'
import type { UploadPlace } from './machine-facts.ts'
import { inOwnFolder, notOurs, ownFolderFunctions } from './own-folder.ts'
import type { ProgramFile } from './program-files.ts'
import { sha256Function } from './sha256-function.ts'
import { unxzFunction } from './unxz-function.ts'

/** At least 50 kB/s are expected to get through; a way that stays slower for this long is broken. */
const uploadTimeoutMs = 20 * 60_000
const unpackTimeoutMs = 3 * 60_000

export interface UploadOptions {
  readonly onProgress: (bytes: number, total: number) => void
  readonly signal: AbortSignal
}

/** How the folders of uploads are named; mktemp draws the rest of the name. */
export const uploadFolders = '.nps-desktop-upload'

/**
 * Puts a program into a folder of ours (0700) under `place`, checked, unpacked and executable; answers its path. What an
 * earlier try left is used: a whole program is kept, a part of the file is continued. Rejects with `upload-failed`,
 * `upload-corrupt`, `disk-full`; a full disk is cleaned of what was written.
 */
export async function uploadProgram(
  shell: RemoteShell,
  file: ProgramFile,
  place: UploadPlace,
  { onProgress, signal }: UploadOptions,
): Promise<{ path: string; sentBytes: number }> {
  const { host } = shell.session.address
  const part = `${file.sha256.slice(0, 16)}.part`
  const before = await shell.run(prepare(place, file.program, part), { timeoutMs: unpackTimeoutMs, signal })
  if (before.exitCode !== 0) throw refused(host, place.folder, before.stderr)
  const [, name = '', readySha, partBytes] =
    /^(\.nps-desktop-upload\.\w+) ([0-9a-f]{64}|-) (\d+)$/.exec(before.stdout.trim()) ?? []
  if (name === '') throw unexpectedAnswer(host, place.folder, before.stdout)
  const folder: OwnFolder = { place, name }
  const path = `${place.folder}/${name}/${file.program}`
  if (readySha === file.rawSha256) return { path, sentBytes: 0 }

  const have = Number(partBytes)
  let sent = 0
  const transfer = async (from: number): Promise<void> => {
    onProgress(from, file.bytes)
    const stdin = counted(file, from, (bytes) => {
      sent += bytes
      onProgress(Math.min(from + sent, file.bytes), file.bytes)
    })
    await writing(shell, file, folder, `cat >> ${part}`, {
      stdin,
      timeoutMs: uploadTimeoutMs,
      signal,
    })
  }
  const isWhole = async (): Promise<boolean> => {
    const sum = inFolder(folder, `sha256 < ${part}`)
    return (await shell.output(sum, { timeoutMs: unpackTimeoutMs, signal })).startsWith(file.sha256)
  }
  if (have < file.bytes) await transfer(have)
  if (!(await isWhole())) {
    // What was there before may have been damaged: once more from the start.
    await shell.output(inFolder(folder, `rm -f ${part}`), { signal })
    sent = 0
    if (have > 0) await transfer(0)
    if (have === 0 || !(await isWhole())) {
      await shell.output(inFolder(folder, `rm -f ${part}`), { signal })
      throw new AppError(
        'upload-corrupt',
        `What arrived on ${host} is not what was sent: its SHA-256 differs. It was removed.`,
        { host, program: file.program },
        { fixes: [{ action: 'retry' }] },
      )
    }
  }
  await writing(shell, file, folder, unpack(file, part), { timeoutMs: unpackTimeoutMs, signal })
  return { path, sentBytes: sent }
}

/** Takes away what `uploadProgram` put under a place, once it is installed, and what earlier tries left there. */
export async function dropUpload(
  shell: RemoteShell,
  place: UploadPlace,
  { signal }: { signal: AbortSignal },
): Promise<void> {
  await shell.output(dropUploads([place.folder]), { signal })
}

/** Prints the folder of each upload of this account that it takes away. */
export function dropUploads(places: readonly string[]): string {
  return `${ownFolderFunctions}
for place in ${commandLine(...places)}; do (
  enter_base "$place" || exit 0
  top=$(pwd -P)
  for own in ${uploadFolders}*; do
    ( enter_own "$own" ) || continue
    cd "$top" && rm -rf "./$own" && echo "$place/$own" || exit 1
  done
) || exit 1; done`
}

interface OwnFolder {
  readonly place: UploadPlace
  readonly name: string
}

function inFolder({ place, name }: OwnFolder, script: string): string {
  return inOwnFolder(place.folder, name, `${sha256Function}${unxzFunction}${script}`)
}

/**
 * The folder's name, the hash of what is ready in it or `-`, and the bytes of what is half there. One that an earlier
 * try has left is used again.
 */
function prepare(place: UploadPlace, program: string, part: string): string {
  return `${ownFolderFunctions}${sha256Function}
umask 077
enter_base ${quote(place.folder)} || { echo ${quote(notOurs)} >&2; exit 1; }
name=
for old in ${uploadFolders}.*; do
  if ( enter_own "$old" ); then name=$old; break; fi
done
[ -n "$name" ] || name=$(mktemp -d ${uploadFolders}.XXXXXX) || exit 1
enter_own "$name" || { echo ${quote(notOurs)} >&2; exit 1; }
for old in *.part; do [ "$old" = ${part} ] || rm -f "./$old"; done
sum=$( [ -f ${program} ] && sha256 < ${program})
size=$( [ -f ${part} ] && wc -c < ${part})
echo "$name" "\${sum:--}" $((size))`
}

const unpackers: Readonly<Record<ProgramFile['compression'], string>> = {
  none: 'cat',
  gz: 'gzip -dc',
  xz: 'unxz',
}

function unpack(file: ProgramFile, part: string): string {
  const fresh = `${file.program}.new`
  return `${unpackers[file.compression]} < ${part} > ${fresh} || exit 1
[ "$(sha256 < ${fresh})" = ${file.rawSha256} ] || { echo "the unpacked program differs" >&2; exit 1; }
chmod 700 ${fresh} && mv -f ${fresh} ${file.program} && rm -f ${part}`
}

/** Runs what fills the disk, and tells a full one from other failures. */
async function writing(
  shell: RemoteShell,
  file: ProgramFile,
  folder: OwnFolder,
  script: string,
  options: Parameters<RemoteShell['output']>[1],
): Promise<void> {
  const { host } = shell.session.address
  const { place } = folder
  try {
    await shell.output(inFolder(folder, script), options)
  } catch (error) {
    if (!(error instanceof RemoteCommandFailed)) throw error
    if (!/no space left|quota exceeded/i.test(error.result.stderr))
      throw refused(host, place.folder, error.message)
    const left = await shell.output(
      `df -Pk ${quote(place.folder)} | sed -n '$s/^.* \\([0-9][0-9]*\\)  *[0-9-]*%.*$/\\1/p'`,
      { signal: options.signal },
    )
    await dropUpload(shell, place, { signal: options.signal })
    throw diskFull(
      host,
      file.program,
      { mount: place.mount, freeBytes: Number(left.trim()) * 1024 },
      file.bytes + file.rawBytes,
    )
  }
}

/** What is sent from `start` on, counted as the connection takes it. */
async function* counted(
  file: ProgramFile,
  start: number,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Uint8Array, void, void> {
  for await (const chunk of fileChunks(file.paths, { start })) {
    yield chunk
    onBytes(chunk.length)
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
