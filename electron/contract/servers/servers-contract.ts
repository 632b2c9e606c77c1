import { changedConf, confFile, savedConf } from '@nps-desktop/relay-core/api'
import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { base, jobRef, nothing, serverRef } from '../desktop-call.ts'
import { portReport } from './port-report-models.ts'
import { minAdminKeyLength, serverPlan } from './server-models.ts'
import { sshAddress, sshSecret } from '../machines/ssh-models.ts'
import { host, id, name, port, portRange } from '../values.ts'

/** The servers that the app knows: by ssh, or by the admin key of an nps that runs already. */
export const serversContract = {
  /** Remembers a server and its sign-in; the host key must be confirmed before. */
  add: base
    .input(z.object({ name: name.optional(), address: sshAddress, secret: sshSecret }))
    .output(serverRef),
  edit: base
    .input(
      serverRef.extend({
        name: name.optional(),
        address: sshAddress.optional(),
        secret: sshSecret.optional(),
        plan: serverPlan.optional(),
      }),
    )
    .output(nothing),
  /** A running relay, by what `nps connect` prints there: no ssh needed. */
  connect: base
    .input(
      z.object({
        name: name.optional(),
        host,
        bridgePort: port,
        adminKey: z.string().min(minAdminKeyLength).max(256),
        /** Empty: pin the identity that answers; it is shown in the answer. */
        fingerprint: z.string().optional(),
      }),
    )
    .output(z.object({ serverId: id, fingerprint: z.string(), hasLabs: z.boolean() })),
  setup: base
    .input(
      serverRef.extend({
        range: portRange.default({ from: 7000, to: 9000 }),
        bridgePort: port.default(8024),
        sudoPassword: z.string().max(1024).optional(),
        withoutRoot: z.boolean().default(false),
      }),
    )
    .output(jobRef),
  checkPorts: base.input(serverRef).output(jobRef),
  /** Adds the rule that the port report shows; never touches the rule of the running ssh session. */
  openHostFirewall: base
    .input(serverRef.extend({ sudoPassword: z.string().max(1024).optional() }))
    .output(z.object({ command: z.string() })),
  /** What the last port check found, if any. */
  ports: base.input(serverRef).output(z.object({ report: portReport.nullable() })),
  /** `uninstall`: takes everything back on the machine; otherwise only forgets it here. */
  remove: base
    .input(serverRef.extend({ uninstall: z.boolean(), sudoPassword: z.string().max(1024).optional() }))
    .output(z.object({ jobId: id.nullable() })),
  /** Tries to reach it now, instead of later; answers with the end of the try, whatever it was. */
  tryNow: base.input(serverRef).output(nothing),
  /** By its relay; by ssh when that does not run. */
  restart: base.input(serverRef.extend({ sudoPassword: z.string().max(1024).optional() })).output(nothing),
  config: {
    get: base.input(serverRef).output(confFile),
    save: base.input(serverRef.extend(changedConf.shape)).output(savedConf),
  },
  log: base.input(serverRef).output(eventIterator(z.object({ lines: z.array(z.string()) }))),
}
