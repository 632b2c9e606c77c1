import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { baseRoot, ensureBaseRoot } from './base-root.ts'
import { type CachedFolder, ensureCached } from './cache-folder.ts'
import { runCommand } from '../run-command.ts'

const requirements = ['jupyterlab==4.6.6', 'notebook==7.6.5', 'tensorboard==2.21.0']

/** Stands in for a training run: writes one falling curve, as any framework's summary writer would. */
const trainScript = `#!/opt/research/bin/python
import sys
from tensorboard.summary import Writer

folder = sys.argv[1] if len(sys.argv) > 1 else "runs/first"
writer = Writer(folder)
for step in range(100):
    writer.add_scalar("loss", 1.0 / (step + 1), step)
writer.close()
print("wrote 100 points of loss to", folder)
`

/** Where the layer's Python programs are on a lab machine. */
export const researchBin = '/opt/research/bin'

/** A layer over the base root that holds only /opt/research: Jupyter, TensorBoard and a training script. */
export const pythonLayer: CachedFolder = {
  name: 'python',
  recipe: { base: baseRoot, requirements, trainScript, steps: 1 },
}

/** Builds the Python layer if it is not cached yet; about half a minute and 400 MB. Returns its path. */
export async function ensurePythonLayer({ signal }: { signal?: AbortSignal } = {}): Promise<string> {
  const base = await ensureBaseRoot({ ...(signal && { signal }) })
  return await ensureCached(pythonLayer, async (layer) => {
    const research = join(layer, 'opt/research')
    await mkdir(research, { recursive: true })
    const pip = ['/opt/research/bin/pip', 'install', '--no-cache-dir', '--quiet', ...requirements]
    await runCommand(
      'systemd-nspawn',
      [
        '--quiet',
        `--directory=${base}`,
        '--volatile=overlay',
        `--bind=${research}:/opt/research`,
        '--machine=npsbed-python',
        '--register=no',
        '--keep-unit',
        '--settings=no',
        '--console=pipe',
        '--resolv-conf=replace-host',
        '--timezone=off',
        ...pipSettings(),
        'sh',
        '-c',
        `python3 -m venv /opt/research && ${pip.join(' ')}`,
      ],
      { timeoutMs: 15 * 60_000, ...(signal && { signal }) },
    )
    await writeFile(join(research, 'bin/train'), trainScript, { mode: 0o755 })
  })
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
