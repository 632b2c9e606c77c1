import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, join } from 'node:path'
import { runCommand } from '../run-command.ts'

/**
 * Makes a Python environment at `place` of a machine, with these packages in it, below `layer`. It is made inside the base root, whose Python it is bound
 * to; pip there uses the index, proxy and certificates that pip here is set up with.
 */
export async function makePipEnvironment({
  base,
  layer,
  place,
  pip,
  signal,
}: {
  base: string
  layer: string
  /** Its whole path on the machine. */
  place: string
  /** What `pip install` is told, without what may be kept from one time to the next. */
  pip: readonly string[]
  signal?: AbortSignal
}): Promise<void> {
  const folder = join(layer, place)
  await mkdir(folder, { recursive: true })
  const install = [`${place}/bin/pip`, 'install', '--no-cache-dir', '--quiet', ...pip]
  await runCommand(
    'systemd-nspawn',
    [
      '--quiet',
      `--directory=${base}`,
      '--volatile=overlay',
      `--bind=${folder}:${place}`,
      `--machine=npsbed-${basename(place)}`,
      '--register=no',
      '--keep-unit',
      '--settings=no',
      '--console=pipe',
      '--resolv-conf=replace-host',
      '--timezone=off',
      ...pipSettings(),
      'sh',
      '-c',
      `python3 -m venv ${place} && ${install.join(' ')}`,
    ],
    { timeoutMs: 15 * 60_000, ...(signal && { signal }) },
  )
}

/** nspawn arguments which let pip inside use the index, proxy and certificates that pip here is set up with. */
function pipSettings(): string[] {
  const args: string[] = []
  const files = new Set(['/etc/pip.conf', '/etc/ssl/certs/ca-certificates.crt'])
  for (const [name, value] of Object.entries(process.env)) {
    if (!/^(PIP_.+|SSL_CERT_FILE|REQUESTS_CA_BUNDLE|https?_proxy|no_proxy)$/i.test(name)) continue
    args.push(`--setenv=${name}=${value}`)
    if (value?.startsWith('/')) files.add(value)
  }
  for (const path of ['.config/pip/pip.conf', '.pip/pip.conf']) {
    const personal = join(homedir(), path)
    if (existsSync(personal)) args.push(`--bind-ro=${personal}:/root/${path}`)
  }
  for (const path of files) {
    if (existsSync(path)) args.push(`--bind-ro=${path}`)
  }
  return args
}
