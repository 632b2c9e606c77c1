import { shellWord as quote } from '@nps-desktop/relay-core/api'

/** Shell words about what puts the old program back when the machine goes down before an update is decided. */
interface UndoAtBoot {
  /** Lays it down; fails, with the reason on stderr, where that cannot be done. */
  readonly lay: string
  /** Takes it away again. */
  readonly lift: string
}

/** Where the unit goes and what starts it, for services that systemd looks after. */
const unitPlaces: Readonly<Record<string, { folder: string; wantedBy: string }>> = {
  systemd: { folder: '/etc/systemd/system', wantedBy: 'multi-user.target' },
  'systemd-user': { folder: '"$HOME"/.config/systemd/user', wantedBy: 'default.target' },
}

/** Linux's, or else that of macOS. */
const bootId = '"$(cat /proc/sys/kernel/random/boot_id 2>/dev/null || sysctl -n kern.bootsessionuuid)"'

/**
 * A script beside the program. After a boot a unit of systemd runs it before the service, or a line of the crontab, or the loop that keeps
 * the program running, when somebody starts that. The systemd that runs now is not told of the unit, and does nothing. What launchd
 * starts goes without.
 */
export function undoAtBoot({
  service,
  folder,
  program,
  old,
  restart,
}: {
  service: string
  /** The place for words of the update. */
  folder: string
  /** Where it is installed. */
  program: string
  /** What it was before. */
  old: string
  /** The shell words that restart its service. */
  restart: string
}): UndoAtBoot {
  const at = program.lastIndexOf('/')
  const name = program.slice(at + 1)
  const script = `${program.slice(0, at)}/.${name}.undo`
  const place = unitPlaces[service]
  if (service.startsWith('launchd')) return { lay: ':', lift: ':' }
  const { lay, lift } = place
    ? byUnit(name, script, place)
    : service === 'cron'
      ? byCron(name, script)
      : { lay: ':', lift: ':' }
  // cron starts both at once, and a loop that an older version has written starts the new program by then
  const startsAgain =
    service === 'cron'
      ? `[ "$1" = starting ] || [ $end = kept ] || ${restart} >/dev/null 2>&1 </dev/null`
      : ''
  const text = `[ ${bootId} != "$boot" ] || exit 0
dir=${quote(folder)} program=${quote(program)} old=${quote(old)}
# a boot may have emptied the folder that this is in, and then anybody may have made it again, or a link to another one
enter() { cd "$dir" 2>/dev/null && [ ! -L "$dir" ] && [ -O . ]; }
# the word to keep it has come too late for the script of the update
if (enter && [ -e keep ]); then rm -f "$old"; end=kept; else end=undone; fi
[ ! -e "$old" ] || mv -f "$old" "$program" || exit
(enter && printf '%s\\n' $end > state)
${lift}; rm -f ${quote(script)}
${startsAgain}`
  return {
    lay: `{ printf 'boot=%s\\n' ${bootId} && printf '%s\\n' ${quote(text)}; } > ${quote(script)} && ${lay}`,
    lift: `${lift}; rm -f ${quote(script)}`,
  }
}

function byUnit(
  name: string,
  script: string,
  { folder, wantedBy }: { folder: string; wantedBy: string },
): UndoAtBoot {
  const unit = `nps-desktop-undo-${name}.service`
  const word = script
    .replaceAll('%', '%%')
    .replaceAll('$', '$$$$')
    .replace(/["\\]/g, String.raw`\$&`)
  const text = `[Unit]
Description=Puts back the ${name} of before an update that was not decided
Before=${name}.service

[Service]
Type=oneshot
ExecStart=/bin/sh "${word}"`
  const wants = `${folder}/${wantedBy}.wants`
  return {
    lay: `mkdir -p ${wants} && printf '%s\\n' ${quote(text)} > ${folder}/${unit} && ln -sf ../${unit} ${wants}/${unit}`,
    lift: `rm -f ${wants}/${unit} ${folder}/${unit}`,
  }
}

function byCron(name: string, script: string): UndoAtBoot {
  const line = `@reboot /bin/sh ${quote(script).replaceAll('%', String.raw`\%`)} # nps-desktop update of ${name}`
  const change = (by: string): string => `{ tab=$(crontab -l) && ${by} | crontab -; }`
  return {
    lay: change(`printf '%s\\n' "$tab" ${quote(line)}`),
    // grep fails where no line is left
    lift: change(`{ printf '%s\\n' "$tab" | grep -vxF ${quote(line)} || :; }`),
  }
}
