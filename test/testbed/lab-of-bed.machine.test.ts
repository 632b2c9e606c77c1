import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Bed } from './bed.ts'
import { setLinger, startJupyter, startTensorBoard, stopLabService } from './machines/bed-services.ts'
import type { MachineName } from './network/network.ts'
import { ssh } from './ssh-client.ts'

let bed: Bed

beforeAll(async () => {
  bed = await Bed.start({ machines: ['lab', 'lab-cron', 'lab-bare', 'jump'] })
  for (const name of ['lab', 'lab-cron', 'lab-bare'] as const) await bed.network.openSshWay('laptop', name)
})

afterAll(async () => {
  await bed.close()
})

const as = async (name: MachineName, command: string, input = '') =>
  await ssh({ host: bed.machine(name).address, ...bed.accounts.researcher }, command, { input })

describe('the lab', () => {
  it('has systemd --user for the researcher, who is not root', async () => {
    const result = await as('lab', 'systemctl --user is-system-running --wait; id -u; sudo -n true')
    expect(result.stdout).toBe('running\n1000\n')
    expect(result.exitCode).not.toBe(0)
  })

  it('keeps a user service over logout and reboot when lingering is allowed', async () => {
    const unit = '[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=default.target\n'
    const install =
      'mkdir -p .config/systemd/user && cat > .config/systemd/user/keep.service && systemctl --user daemon-reload'
    await as('lab', install, unit)
    expect(await as('lab', 'systemctl --user enable --now keep && loginctl enable-linger')).toMatchObject({
      exitCode: 0,
    })
    await bed.lab.reboot()
    // No one has logged in since the boot.
    expect(await bed.lab.exec('systemctl is-active user@1000; pgrep -u researcher -x sleep')).toMatch(
      /^active\n\d+\n$/,
    )
    expect(await bed.lab.exec('ls /var/lib/systemd/linger')).toBe('researcher\n')
  })

  it('refuses lingering when told to', async () => {
    await as('lab', 'loginctl disable-linger')
    await setLinger(bed.lab, 'denied')
    expect((await as('lab', 'loginctl enable-linger')).stderr).toContain('Access denied')
    await setLinger(bed.lab, 'allowed')
    expect(await as('lab', 'loginctl enable-linger')).toMatchObject({ exitCode: 0 })
  })

  it('can be reached through the jump host, once that way is open', async () => {
    const jump = { host: bed.machine('jump').address, user: 'hopper', keyFile: bed.key.file }
    const login = { host: bed.lab.address, user: 'researcher', keyFile: bed.key.file, jump }
    await bed.network.closeSshWay('laptop', 'lab')
    expect((await ssh(login, 'hostname')).exitCode).toBe(255)
    await bed.network.openSshWay('jump', 'lab')
    expect(await ssh(login, 'hostname')).toMatchObject({ exitCode: 0, stdout: 'lab\n' })
    await bed.network.openSshWay('laptop', 'lab')
  })
})

describe('the services of the lab', () => {
  const curl = async (url: string) => await bed.lab.exec(`curl -s -m 10 '${url}'`)

  it('runs Jupyter as the researcher, on loopback, behind a token', async () => {
    const token = await startJupyter(bed.lab)
    expect(await curl('http://127.0.0.1:8888/api/kernelspecs')).toContain('Forbidden')
    expect(await curl(`http://127.0.0.1:8888/api/kernelspecs?token=${token}`)).toContain('python3')
    expect(await bed.lab.exec('ps -o user= -C jupyter-noteboo | sort -u')).toBe('researcher\n')
    expect(await bed.lab.exec('ss -Hltn sport = 8888')).toContain('127.0.0.1:8888')
  })

  it('lists Jupyter for the researcher', async () => {
    expect((await as('lab', 'bash -lc "jupyter server list --json"')).stdout).toContain('"port": 8888')
    expect((await as('lab', 'jupyter server list --json')).exitCode).toBe(127)
  })

  it('shows in TensorBoard what a training script wrote', async () => {
    await startTensorBoard(bed.lab)
    const points = await curl('http://127.0.0.1:6006/data/plugin/scalars/scalars?run=first&tag=loss')
    const values = (JSON.parse(points) as [number, number, number][]).map(([, step, value]) => [step, value])
    expect(values).toHaveLength(100)
    expect(values[1]).toEqual([1, 0.5])
  })

  it('brings both back after a reboot, until they are stopped', async () => {
    await bed.lab.reboot()
    expect(await bed.lab.exec('systemctl is-active jupyter tensorboard')).toBe('active\nactive\n')
    await stopLabService(bed.lab, 'jupyter')
    await stopLabService(bed.lab, 'tensorboard')
    expect(await bed.lab.exec('ss -Hltn "( sport = 8888 or sport = 6006 )"')).toBe('')
  })
})

describe.each(['lab-cron', 'lab-bare'] as const)('%s', (name) => {
  it('has no systemd --user', async () => {
    const result = await as(name, 'echo "runtime:$XDG_RUNTIME_DIR"; systemctl --user status')
    expect(result.stdout).toBe('runtime:\n')
    expect(result.stderr).toContain('Failed to connect to bus')
  })

  it('keeps a detached process after the logout, not after a reboot', async () => {
    await as(name, 'setsid sleep infinity </dev/null >/dev/null 2>&1 &')
    expect((await as(name, 'pgrep -x sleep')).exitCode).toBe(0)
    await bed.machine(name).reboot()
    expect((await as(name, 'pgrep -x sleep')).exitCode).toBe(1)
  })
})

describe('cron', () => {
  const install = 'crontab -'
  const table = '@reboot touch booted\n'

  it('runs the crontab of the researcher at boot on lab-cron', async () => {
    expect(await as('lab-cron', install, table)).toMatchObject({ exitCode: 0 })
    const labCron = bed.machine('lab-cron')
    await labCron.reboot()
    const wait = 'until [ -e /home/researcher/booted ]; do sleep 0.1; done'
    expect(await labCron.tryExec(wait, { timeoutMs: 10_000 })).toMatchObject({ exitCode: 0 })
  })

  it('is not there on lab-bare', async () => {
    expect(await as('lab-bare', install, table)).toMatchObject({ exitCode: 127 })
  })
})
