import * as z from 'zod'

/** nps.conf as it is. */
export const confFile = z.object({
  path: z.string(),
  text: z.string(),
  /** Changes with the text; saving refuses an outdated one (`config-changed`). */
  revision: z.string(),
  warnings: z.array(z.object({ line: z.number().int(), message: z.string() })),
})

/** nps.conf as it is to be, and the revision of the text that it was made from. */
export const changedConf = z.object({ text: z.string().max(256 * 1024), revision: z.string() })

export const savedConf = z.object({ revision: z.string(), restartNeeded: z.boolean() })
