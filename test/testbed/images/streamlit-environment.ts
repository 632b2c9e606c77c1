import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import type { Machine } from '../machines/machine.ts'
import { baseRoot, ensureBaseRoot } from './base-root.ts'
import { type CachedFolder, cachedPath, ensureCached } from './cache-folder.ts'
import { makePipEnvironment } from './pip-environment.ts'

/** Streamlit and what its server imports, without the packages for tables and charts, which are ten times its size and which a page of words does not need. */
const requirements = [
  'streamlit==1.67.0 starlette==1.10.0 uvicorn==0.54.0 websockets==17.4 anyio==4.16.0 h11==0.16.0 idna==3.20',
  'click==8.5.1 itsdangerous==2.2.0 python-multipart==0.0.34 watchdog==7.1.0 protobuf==7.36.2 packaging==26.4',
  'typing-extensions==4.16.0 requests==2.34.2 urllib3==2.8.0 charset-normalizer==3.5.3 certifi==2026.10.19.post1',
].flatMap((line) => line.split(' '))

const place = '/opt/streamlit'

/** Beside the layers of the machines: few tests need it. */
export const streamlitEnvironment: CachedFolder = {
  name: 'streamlit',
  recipe: { base: baseRoot, requirements, steps: 1 },
}

/** Builds it if it is not cached yet; a quarter of a minute and 80 MB. */
export async function ensureStreamlit({ signal }: { signal?: AbortSignal } = {}): Promise<void> {
  const base = await ensureBaseRoot({ ...(signal && { signal }) })
  await ensureCached(streamlitEnvironment, (layer) =>
    makePipEnvironment({
      base,
      layer,
      place,
      pip: ['--no-deps', ...requirements],
      ...(signal && { signal }),
    }),
  )
}

/** Puts it on a machine that runs, and tells where `streamlit` is there. */
export async function putStreamlitOn(machine: Machine): Promise<string> {
  const options = { recursive: true, verbatimSymlinks: true }
  await cp(join(cachedPath(streamlitEnvironment), place), join(machine.disk.root, place), options)
  return `${place}/bin/streamlit`
}
