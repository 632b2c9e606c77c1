import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { base, labRef, nothing } from '../desktop-call.ts'
import { id, instantMs } from '../values.ts'

/** What a machine asks in the middle of a sign-in, such as for the code of a second factor. */
export const signInQuestion = z.object({
  id,
  /** As the person calls it. */
  machine: z.string(),
  user: z.string(),
  /** Plain text in the machine's own words; may have several lines, and may be empty. */
  instructions: z.string(),
  /** One for each answer, in plain text of the machine. `echo`: what is typed may be seen. */
  prompts: z.array(z.object({ text: z.string(), echo: z.boolean() })),
  /** Wanted is the password of the account, which has no prompt. */
  isPassword: z.boolean(),
  /** The machine has refused the last answers. */
  isAgain: z.boolean(),
  /** Until when an answer is waited for. */
  untilMs: instantMs,
})
export type SignInQuestion = z.infer<typeof signInQuestion>

const questionRef = z.object({ questionId: id })

/** What machines ask of the person. Answers go to the machine and are kept nowhere. */
export const signInContract = {
  /** Those that are open, the oldest first. */
  questions: base.input(nothing).output(eventIterator(z.array(signInQuestion))),
  /** One for each prompt. Nothing happens where the question is open no more. */
  answer: base
    .input(questionRef.extend({ answers: z.array(z.string().max(1024)).min(1).max(8) }))
    .output(nothing),
  /** Ends the sign-in. */
  leave: base.input(questionRef).output(nothing),
  /** Opens the session that all that is done on a lab box shares, with the person there to answer. */
  lab: base.input(labRef).output(nothing),
}
