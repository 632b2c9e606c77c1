import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { baseRoot, ensureBaseRoot } from './base-root.ts'
import { cachedPath, type CachedFolder, ensureCached } from './cache-folder.ts'
import { makePipEnvironment } from './pip-environment.ts'

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
    await makePipEnvironment({
      base,
      layer,
      place: '/opt/research',
      pip: requirements,
      ...(signal && { signal }),
    })
    await writeFile(join(layer, 'opt/research/bin/train'), trainScript, { mode: 0o755 })
  })
}

/**
 * What a shell in a mount namespace of its own does to run a command line in the root of a lab machine, whose layers are cached; `folder` is an
 * empty one. What it mounts ends with the namespace.
 */
export function researchScript(folder: string, command: string): string {
  const lower = `${cachedPath(pythonLayer)}:${cachedPath(baseRoot)}`
  return [
    'set -e',
    `mount -t tmpfs tmpfs ${folder}`,
    `mkdir ${folder}/upper ${folder}/work ${folder}/all`,
    `mount -t overlay -o lowerdir=${lower},upperdir=${folder}/upper,workdir=${folder}/work overlay ${folder}/all`,
    `mount -t proc proc ${folder}/all/proc`,
    `mount --rbind /dev ${folder}/all/dev`,
    `exec chroot ${folder}/all sh -c 'cd /root && export HOME=/root && ${command}'`,
  ].join('\n')
}
