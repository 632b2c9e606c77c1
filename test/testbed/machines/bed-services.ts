import type { Machine } from './machine.ts'
import { researchBin } from '../images/python-layer.ts'

/** Whether users of the lab may keep their services running while they are logged out. */
export async function setLinger(lab: Machine, rule: 'allowed' | 'denied'): Promise<void> {
  const file = '/etc/polkit-1/rules.d/10-no-linger.rules'
  await lab.exec(
    rule === 'allowed'
      ? `rm -f ${file}; systemctl try-restart polkit`
      : `mkdir -p /etc/polkit-1/rules.d; echo '${denyLinger}' > ${file}; systemctl try-restart polkit`,
  )
}

const denyLinger =
  'polkit.addRule(function (action) { if (/^org.freedesktop.login1.set-(self|user)-linger$/.test(action.id)) return polkit.Result.NO })'

/** A program that the researcher keeps running on a lab, also after a reboot. */
interface LabService {
  readonly name: string
  /** The command line, as the researcher would type it at home. */
  readonly command: string
  readonly port: number
  /** It speaks HTTPS. */
  readonly secure?: boolean
}

/** Starts Jupyter as people do, on the lab's own loopback, with a token of its own choosing. Returns the token. */
export async function startJupyter(
  lab: Machine,
  { port = 8888, options = '', secure = false }: { port?: number; options?: string; secure?: boolean } = {},
): Promise<string> {
  const command = `${researchBin}/jupyter notebook --port ${port} --no-browser ${options}`
  await startService(lab, { name: 'jupyter', command, port, secure })
  const list = await lab.exec(`runuser -u researcher -- ${researchBin}/jupyter server list --json`)
  const servers = list.split('\n').filter((line) => line.startsWith('{'))
  const tokens = servers.map((line) => JSON.parse(line) as { port: number; token: string })
  const token = tokens.find((server) => server.port === port)?.token
  if (token === undefined) throw new Error(`Jupyter on "${lab.name}" does not list itself:\n${list}`)
  return token
}

/** Runs the training script, which writes the scalar `loss`, and starts TensorBoard on the lab's own loopback. */
export async function startTensorBoard(
  lab: Machine,
  { port = 6006, options = '' }: { port?: number; options?: string } = {},
): Promise<void> {
  await lab.exec(`cd /home/researcher && runuser -u researcher -- ${researchBin}/train runs/first`)
  const command = `${researchBin}/tensorboard --logdir runs --port ${port} ${options}`
  await startService(lab, { name: 'tensorboard', command, port })
}

/** Stops it now and for the next boots. */
export async function stopLabService(lab: Machine, name: 'jupyter' | 'tensorboard'): Promise<void> {
  await lab.exec(`systemctl disable --quiet --now ${name}`)
}

/** How long Python may take to start listening; it is a few seconds. */
const startDeadlineS = 60

async function startService(
  lab: Machine,
  { name, command, port, secure = false }: LabService,
): Promise<void> {
  const unit = `[Unit]
Description=${name} of the researcher
[Service]
User=researcher
WorkingDirectory=/home/researcher
ExecStart=${command}
ExecStartPost=curl --silent --output /dev/null --retry ${startDeadlineS} --retry-delay 1 --retry-connrefused --insecure http${secure ? 's' : ''}://127.0.0.1:${port}/
TimeoutStartSec=${startDeadlineS}
[Install]
WantedBy=multi-user.target
`
  await lab.exec(`cat > /etc/systemd/system/${name}.service && systemctl daemon-reload`, { input: unit })
  await lab.exec(
    `systemctl enable --quiet ${name} && systemctl restart ${name} || { journalctl --no-pager -u ${name} -n 40; exit 1; }`,
    { timeoutMs: 90_000 },
  )
}
