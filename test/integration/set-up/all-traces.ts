import type { Machine } from '../../testbed/machines/machine.ts'

/** Everywhere that nps or npc may leave something on a machine: files, units, crontabs, processes. */
const script = `
find /etc /usr/bin /usr/local /opt /home /root /var/tmp /tmp /var/spool/cron -xdev \\( -name 'nps*' -o -name 'npc*' -o -name '.nps*' -o -name '.npc*' \\) 2>/dev/null
grep -rls 'np[sc]' /var/spool/cron /etc/cron* /etc/crontab 2>/dev/null
pgrep -x 'nps|npc' -l
grep -h '^nps' /etc/passwd /etc/group
true
`

/** One line a trace, sorted. */
export async function allTraces(machine: Machine): Promise<string[]> {
  return (await machine.exec(script))
    .split('\n')
    .filter((line) => line !== '')
    .toSorted()
}
