import type { KeptBy, Startable } from '@nps-desktop/electron/contract'
import { shellWord } from '@nps-desktop/relay-core/api'

/** One service that the app starts, by all that its scripts need. */
export interface StartedName {
  readonly what: Startable
  readonly port: number
}

export interface StartPlan extends StartedName {
  /** Of its Python. */
  readonly python: string
  /** Where a notebook begins, or what a board reads; `~` in front stands for the home folder. */
  readonly folder: string
  /** What puts the program there first; null: it is there. */
  readonly install: 'pip' | 'uv' | 'venv' | null
  readonly keptBy: KeptBy
  readonly restarts: boolean
}

/** Below the home folder: where the app makes an environment of its own. */
export const newEnvironment = '.local/share/nps-desktop/python'

/** How it is called on the lab box: its unit, its tmux session and its files. */
export function startedName({ what, port }: StartedName): string {
  return `nps-desktop-${what}-${port}`
}

/** Where the files of what was started lie; a script has it as `$folder`. */
const startedFolder = `
folder="\${XDG_STATE_HOME:-$HOME/.local/state}/nps-desktop"
[ -n "$XDG_RUNTIME_DIR" ] || { XDG_RUNTIME_DIR=/run/user/$(id -u); export XDG_RUNTIME_DIR; }
`

/** `~/work` as a word of sh that means just that folder. */
function folderWord(folder: string): string {
  if (folder === '~') return '"$HOME"'
  return folder.startsWith('~/') ? `"$HOME"/${shellWord(folder.slice(2))}` : shellWord(folder)
}

/** Whether Python and folder are there, and what takes the port. Prints `python`, `folder` or `port` for what is wrong. */
export function checkScript({ python, folder, port, install }: StartPlan): string {
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  return `
${install === 'venv' ? '' : `[ -x ${shellWord(python)} ] || echo python`}
[ -d ${folderWord(folder)} ] || echo folder
cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk '$4 == "0A" { print $2 }' | grep -q ':${hex}$' && echo port
:`
}

/** The program's own command line; it says nothing secret. */
function command({ what, python, folder, port }: StartPlan): string {
  const run = `${shellWord(python)} -m`
  return what === 'jupyter'
    ? // jupyter_server is what both JupyterLab and Notebook 7 run; an older Notebook alone has its own module
      `if ${shellWord(python)} -c 'import jupyterlab' 2>/dev/null; then module=jupyterlab; else module=notebook; fi
exec ${run} "$module" --no-browser --ip=127.0.0.1 --port=${port} --port-retries=0`
    : `exec ${run} tensorboard.main --logdir=${folderWord(folder)} --host=127.0.0.1 --port=${port}`
}

/**
 * Starts it, so that it outlives this session. Reads the token as the first line of its input: it goes to a file that only
 * this account can read, and from there into the program's environment, never onto a command line.
 */
export function startScript(plan: StartPlan): string {
  const name = startedName(plan)
  const title = plan.what === 'jupyter' ? 'Jupyter' : 'TensorBoard'
  const ways: Readonly<Record<KeptBy, string>> = {
    'systemd-user': plan.restarts
      ? `units="\${XDG_CONFIG_HOME:-$HOME/.config}/systemd/user"
mkdir -p "$units"
# what systemd would read as its own in a quoted word
word=$(printf '%s' "$folder" | sed 's/[\\"]/\\\\&/g; s/%/%%/g; s/[$]/$$/g')
cat > "$units/$name.service" <<UNIT
[Unit]
Description=${title} on port ${plan.port}, started by NPS Desktop
[Service]
ExecStart=/bin/sh "$word/$name.sh"
Restart=on-failure
RestartSec=5
[Install]
WantedBy=default.target
UNIT
systemctl --user daemon-reload
systemctl --user enable --quiet "$name.service"
systemctl --user restart "$name.service"`
      : `systemd-run --user --quiet --collect --unit="$name" --property=Restart=on-failure --property=RestartSec=5 /bin/sh "$folder/$name.sh"`,
    tmux: `tmux new-session -d -s "$name" /bin/sh "$folder/$name.sh"`,
    setsid: apart('"$folder/$name.sh"'),
  }
  const output = plan.keptBy === 'tmux' ? '2>&1 | tee -a' : '>>'
  return `set -e
umask 077
IFS= read -r token
${startedFolder}
name=${name}
mkdir -p "$folder"
printf 'JUPYTER_TOKEN=%s\\nexport JUPYTER_TOKEN\\n' "$token" > "$folder/$name.env"
: > "$folder/$name.log"
{
  cat <<'SCRIPT'
here=$(dirname "$0")
. "$here/${name}.env"
echo $$ > "$here/${name}.pid"
cd ${folderWord(plan.folder)} || exit 1
run() {
${command(plan)}
}
SCRIPT
  printf '%s\\n' 'run ${output} "$here/${name}.log"${plan.keptBy === 'tmux' ? '' : ' 2>&1'}'
} > "$folder/$name.sh"
${ways[plan.keptBy]}
`
}

/**
 * How it goes: `listening` once it accepts connections, `ended` when it does not run any more, then the last lines that it
 * has printed.
 */
export function progressScript(plan: StartPlan): string {
  const name = startedName(plan)
  const hex = plan.port.toString(16).toUpperCase().padStart(4, '0')
  const isRunning: Readonly<Record<KeptBy, string>> = {
    // one that is started again and again has failed
    'systemd-user': `systemctl --user is-active --quiet "$name.service" && [ "$(systemctl --user show --property=NRestarts --value "$name.service")" = 0 ]`,
    tmux: `tmux has-session -t "=$name" 2>/dev/null`,
    setsid: `[ ! -s "$folder/$name.pid" ] || kill -0 "$(cat "$folder/$name.pid")" 2>/dev/null`,
  }
  return `${startedFolder}
name=${name}
if awk -v me="$(id -u)" '$4 == "0A" && $8 == me { print $2 }' /proc/net/tcp | grep -q ':${hex}$'; then echo listening
elif ! { ${isRunning[plan.keptBy]}; }; then echo ended; else echo running; fi
tail -n 8 "$folder/$name.log" 2>/dev/null | cut -c 1-300
:`
}

/** Begins to install the program, apart from this session: it may take minutes. */
export function installScript(plan: StartPlan): string {
  const name = startedName(plan)
  const packages = plan.what === 'jupyter' ? 'jupyterlab' : 'tensorboard'
  const pip = `${shellWord(plan.python)} -m pip install --no-input --disable-pip-version-check --progress-bar off ${packages}`
  const ways: Readonly<Record<NonNullable<StartPlan['install']>, string>> = {
    pip,
    uv: `PATH="$PATH:$HOME/.local/bin:$HOME/.cargo/bin" uv pip install --python ${shellWord(plan.python)} ${packages}`,
    venv: `python3 -m venv "$HOME"/${newEnvironment} && ${pip}`,
  }
  return `set -e
umask 077
${startedFolder}
name=${name}
mkdir -p "$folder"
rm -f "$folder/$name.exit" "$folder/$name.pid"
: > "$folder/$name.log"
cat > "$folder/$name.install.sh" <<'SCRIPT'
here=$(dirname "$0")
echo $$ > "$here/${name}.pid"
{ ${ways[plan.install ?? 'pip']}; } >> "$here/${name}.log" 2>&1
echo $? > "$here/${name}.exit"
SCRIPT
umask 022
${apart(`"$folder/$name.install.sh"`)}
`
}

/** `installed`, `ended` or `running`, then the last lines of the installer. */
export function installProgressScript(plan: StartPlan): string {
  return `${startedFolder}
name=${startedName(plan)}
if [ -s "$folder/$name.exit" ]; then
  if [ "$(cat "$folder/$name.exit")" = 0 ]; then echo installed; else echo ended; fi
elif [ -s "$folder/$name.pid" ] && ! kill -0 "$(cat "$folder/$name.pid")" 2>/dev/null; then echo ended
else echo running; fi
tail -n 8 "$folder/$name.log" 2>/dev/null | cut -c 1-300
:`
}

/** Takes back an environment that was made for a start that has failed. */
export const removeNewEnvironmentScript = `rm -rf "$HOME"/${newEnvironment}`

/** Runs a script of sh in a session of its own, which the logout does not end. */
function apart(script: string): string {
  return `if command -v setsid > /dev/null; then setsid /bin/sh ${script} < /dev/null > /dev/null 2>&1 &
else nohup /bin/sh ${script} < /dev/null > /dev/null 2>&1 & fi`
}

/** Ends it, whichever way it is kept, and takes its files away. Nothing to do is no failure. */
export function stopScript(started: StartedName): string {
  return `${startedFolder}
name=${startedName(started)}
if systemctl --user show --property=Version > /dev/null 2>&1; then
  systemctl --user disable --quiet --now "$name.service" 2>/dev/null || systemctl --user stop "$name.service" 2>/dev/null
  rm -f "\${XDG_CONFIG_HOME:-$HOME/.config}/systemd/user/$name.service"
  systemctl --user daemon-reload
  systemctl --user reset-failed "$name.service" 2>/dev/null
fi
if command -v tmux > /dev/null; then tmux kill-session -t "=$name" 2>/dev/null; fi
if [ -s "$folder/$name.pid" ]; then
  pid=$(cat "$folder/$name.pid")
  # only what this app has started there: a process id may be another's by now
  if tr '\\000' ' ' < "/proc/$pid/cmdline" 2>/dev/null | grep -Eq 'jupyter|notebook|tensorboard|'"$name"; then
    kill -TERM -- "-$pid" 2>/dev/null || kill -TERM "$pid" 2>/dev/null
  fi
fi
rm -f "$folder/$name".*
:`
}
