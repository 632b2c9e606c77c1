/**
 * What a step can have found, with the values that its sentence needs. The locales have a sentence for each.
 */
export const factCodes = [
  /** {user, host, ms} */
  'signed-in',
  /** {jump}: the host the way leads through */
  'through-jump',
  /** {user}: signed in as root */
  'is-root',
  /** {user}: becomes root by sudo */
  'has-sudo',
  /** {user}: everything is done as this account */
  'without-root',
  /** {os, arch, kernel, libc} */
  'system',
  /** {path, freeBytes, neededBytes} */
  'disk-free',
  /** {freeBytes} */
  'memory-free',
  /** {seconds}: how far the clock is ahead (or behind, below 0) */
  'clock-off',
  /** {port}: free for lab boxes */
  'bridge-port-free',
  /** {port}: where the web console will listen, on this machine only */
  'console-port',
  /** {port, program}: of the tunnel range */
  'port-used',
  /** {version}: an nps of ours runs here; its lab boxes and tunnels stay */
  'relay-found',
  /** {path}: an nps of another kind is installed here; it stays as it is, and ours goes beside it */
  'other-nps-kept',
  /** {version}: an npc of ours is here */
  'agent-found',
  /** {bytes, program} */
  'uploaded',
  /** {program}: the same file is there already */
  'upload-not-needed',
  /** {program, version} */
  'program-starts',
  /** {kind}: systemd | systemd-user | cron | background */
  'start-kind',
  /** {reason}: why not a better kind of start; the machine's own words */
  'start-kind-reason',
  /** {path} */
  'config-written',
  /** {path}: was fine already */
  'config-kept',
  /** {version} */
  'relay-running',
  /** {port, ms} */
  'bridge-open',
  /** {from, to, open, tried} */
  'ports-open',
  /** {host, port, ms}: as seen from the lab box */
  'relay-reached',
  /** {address, version} */
  'agent-online',
  /** {what}: taken back from the machine */
  'removed',
  /** {what, reason}: could not be taken back */
  'left-behind',
] as const

export type FactCode = (typeof factCodes)[number]
