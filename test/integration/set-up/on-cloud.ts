import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { AppBackend } from '../../harness/app.ts'
import { builtPrograms } from '../../harness/programs/built-programs.ts'
import { ServerOnCloud } from '../../harness/server-on-cloud.ts'
import { Bed } from '../../testbed/bed.ts'

/** One cloud machine for the tests of the file, and an app for each of them that knows nothing but the key of that machine. */
export let bed: Bed
export let app: AppBackend
export let cloud: ServerOnCloud

/** Called once by a file of tests, which find the three above. */
export function setUpOnCloud(): void {
  const programs = builtPrograms()
  beforeAll(async () => {
    bed = await Bed.start({ machines: ['cloud'] })
  })
  afterAll(() => bed.close())
  beforeEach(async () => {
    app = await AppBackend.start(programs)
    await app.trust(bed.cloud.address)
    cloud = new ServerOnCloud(app, bed)
  })
  afterEach(() => app.close())
}
