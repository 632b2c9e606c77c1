import { newWebhook, webhookAnswer, webhookView } from '@nps-desktop/relay-core/api'
import { z } from 'zod'
import { base, nothing, serverRef } from '../desktop-call.ts'

/** Where a server itself tells what happens, while no app runs. The server keeps it; the app keeps nothing of it. */
export const webhookContract = {
  /** `supported` is false where the server's nps is too old for one. */
  read: base.input(serverRef).output(z.object({ supported: z.boolean(), webhook: webhookView.nullable() })),
  /** Takes the place of the one before. */
  set: base.input(newWebhook.extend(serverRef.shape)).output(webhookView),
  remove: base.input(serverRef).output(nothing),
  /** Sends a message now; answers what the service said, for which it has 10 s. */
  test: base.input(serverRef).output(webhookAnswer),
}
