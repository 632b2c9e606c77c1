import { z } from 'zod'

/** The page's policy forbids eval: zod must not even try it. Import this before every contract. */
z.config({ jitless: true })
