import { a100Processes, fourA100 } from '../../../electron/testing/gpu-tools.ts'
import type { Machine } from '../../testbed/machines/machine.ts'

/** It has what a training takes, does more when told to, and ends when told that it is enough. */
const script = `import signal
told = {signal.SIGUSR1, signal.SIGUSR2}
signal.pthread_sigmask(signal.SIG_BLOCK, told)
data = []
while signal.sigwait(told) == signal.SIGUSR1:
    data.append(b'x' * 400_000_000)
`

/** Prints what was recorded of four A100; as the real one it lists no process that has ended. */
const nvidiaSmi = `#!/bin/sh
case $1 in
--query-gpu=*) cat /opt/gpus ;;
*) while read -r gpu pid used; do [ ! -d "/proc/\${pid%,}" ] || echo "$gpu $pid $used"; done < /opt/gpu-processes ;;
esac
`

/** A training of the researcher's on a lab box, on two of its four recorded GPUs. */
export class Training {
  static readonly processName = 'train.py'
  readonly #lab: Machine

  private constructor(lab: Machine) {
    this.#lab = lab
  }

  static async start(lab: Machine): Promise<Training> {
    await lab.exec(`cat > /home/researcher/${Training.processName}`, { input: script })
    await lab.exec(
      `systemd-run --quiet --unit=training --uid=researcher python3 /home/researcher/${Training.processName}`,
    )
    const pid = (await lab.exec('systemctl show -P MainPID training')).trim()
    await lab.exec('cat > /opt/gpu-processes', { input: a100Processes.replaceAll('48211', pid) })
    const training = new Training(lab)
    await training.#show(fourA100)
    await lab.exec('cat > /usr/local/bin/nvidia-smi && chmod 755 /usr/local/bin/nvidia-smi', {
      input: nvidiaSmi,
    })
    return training
  }

  /** It takes 400 MB more, and its first GPU has less to do: `12 %`, no longer `93 %`. */
  async goesOn(): Promise<void> {
    await this.#lab.exec('systemctl kill --signal=USR1 training')
    await this.#show(fourA100.replace(', 93, ', ', 12, '))
  }

  /** It comes to its end by itself. */
  async ends(): Promise<void> {
    await this.#lab.exec('systemctl kill --signal=USR2 training')
    await this.#lab.exec('while systemctl --quiet is-active training; do sleep 0.1; done')
  }

  async #show(gpus: string): Promise<void> {
    await this.#lab.exec('cat > /opt/gpus', { input: gpus })
  }
}
