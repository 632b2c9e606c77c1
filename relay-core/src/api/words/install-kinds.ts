/** How nps or npc is kept running on a machine, as `-service=` and `service.json` name it. */
export const installKinds = [
  'systemd',
  'systemd-user',
  'cron',
  'background',
  'windows-service',
  'logon',
  'launchd',
  'launchd-agent',
] as const
export type InstallKind = (typeof installKinds)[number]
