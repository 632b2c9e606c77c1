import { sandboxLines } from './sandbox.ts'
import type { ServiceSpec } from './service.ts'

/**
 * The unit file. Old systemd (219 of CentOS 7) skips the keys it does not know, so both spellings of the start
 * limit are there, and the growing pause where it is known (254 on).
 */
export function unitText(
  { name, description, program, args, folder, sandbox }: ServiceSpec,
  { wantedBy, kind, account }: { wantedBy: string; kind: 'systemd' | 'systemd-user'; account: string | null },
): string {
  // Under a user's manager it may do what its user may: that user's files are its job.
  const limits =
    kind === 'systemd' && sandbox ? sandboxLines(sandbox, account) : ['NoNewPrivileges=yes', 'LimitCORE=0']
  return `# Written by "${name} install".
[Unit]
Description=${description}
# No waiting for a network that is online: the program copes, and such waiting can hold up a boot.
After=network.target
StartLimitIntervalSec=0

[Service]
ExecStart=${[program, ...args].map(quote).join(' ')}
WorkingDirectory=${folder.replaceAll('%', '%%')}
Environment=NPS_SERVICE=${kind}
Restart=always
RestartSec=2
RestartSteps=6
RestartMaxDelaySec=60
StartLimitInterval=0
# The program says by this status that starting it again would not help.
RestartPreventExitStatus=78
LimitNOFILE=65536
${limits.join('\n')}
KillMode=mixed
TimeoutStopSec=10

[Install]
WantedBy=${wantedBy}
`
}

/** One word of a command line in a unit file (systemd.service(5), "Command lines"). */
function quote(word: string): string {
  const escaped = word.replaceAll('%', '%%').replaceAll('$', '$$$$')
  return /^[\w./:=@%$+-]+$/.test(escaped) ? escaped : `"${escaped.replace(/["\\]/g, String.raw`\$&`)}"`
}
