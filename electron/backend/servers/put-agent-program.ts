import { shellWord as quote } from '@nps-desktop/relay-core/api'
import { fileChunks } from '../provisioning/install/file-chunks.ts'
import type { ProgramFile } from '../provisioning/install/program-files.ts'
import { sha256Function } from '../provisioning/install/sha256-function.ts'
import { unxzFunction } from '../provisioning/install/unxz-function.ts'
import type { RemoteShell } from '../ssh/shell/remote-shell.ts'

const checkTimeoutMs = 3 * 60_000
const uploadTimeoutMs = 20 * 60_000

/** Whether the server can make a .gz out of a .xz. */
export async function canUnxz(shell: RemoteShell, { signal }: { signal: AbortSignal }): Promise<boolean> {
  return (await shell.run(`${unxzFunction} canUnxz`, { signal })).exitCode === 0
}

/**
 * Leaves a program as `path`, a .gz for the boxes that fetch it; the server makes that out of a .xz, which is
 * what packages of the app have. Fulfils with false when the same program is there already.
 */
export async function putAgentProgram(
  shell: RemoteShell,
  file: ProgramFile,
  path: string,
  { signal }: { signal: AbortSignal },
): Promise<boolean> {
  const target = quote(path)
  const { stdout } = await shell.run(`${sha256Function} gzip -dc < ${target} | sha256`, {
    timeoutMs: checkTimeoutMs,
    signal,
  })
  if (stdout.startsWith(file.rawSha256)) return false
  await shell.output(
    // A name of its own: the account that nps runs as may write in this folder, and root must not follow its links.
    `${sha256Function}${unxzFunction}
new=$(mktemp ${target}.XXXXXX) && packed=$(mktemp ${target}.XXXXXX) || exit 1
trap 'rm -f "$new" "$packed"' EXIT
cat > "$new" && [ "$(sha256 < "$new")" = ${file.sha256} ] || exit 1
${repacking[file.compression]} || exit 1
[ "$(gzip -dc < "$packed" | sha256)" = ${file.rawSha256} ] && chmod 644 "$packed" && mv -f "$packed" ${target}`,
    { stdin: fileChunks(file.paths), timeoutMs: uploadTimeoutMs, signal },
  )
  return true
}

const repacking: Readonly<Record<ProgramFile['compression'], string>> = {
  gz: 'mv -f "$new" "$packed"',
  xz: 'unxz < "$new" | gzip > "$packed"',
  none: 'gzip < "$new" > "$packed"',
}
