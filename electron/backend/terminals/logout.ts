const folders = ['/etc', '/run', '/usr/local/lib', '/usr/lib', '/lib']
const settings = folders.map(
  (folder) => `${folder}/systemd/logind.conf ${folder}/systemd/logind.conf.d/*.conf`,
)
const logind = 'org.freedesktop.login1 /org/freedesktop/login1 org.freedesktop.login1.Manager'

/**
 * Shell words that set `s` where logind ends all programs of an account at its logout (KillUserProcesses in logind.conf; root is
 * left alone): 1, or 2 where the account lingers, so that its own service manager goes on. Then `v` begins a command that is to
 * run there, outside of the login. Nearly all machines leave it off, and are asked no more than whether a file speaks of it.
 */
export const findLogout = [
  's=; v=',
  `if grep -Eiqs "^[[:space:]]*KillUserProcesses[[:space:]]*=[[:space:]]*(1|y|t|on)" ${settings.join(' ')} && [ "$(id -u)" -gt 0 ]; then ` +
    // a later file may say no again
    `case "$(busctl get-property ${logind} KillUserProcesses 2>/dev/null)" in *false*) ;; *) s=1;; esac; fi`,
  'if [ -n "$s" ] && [ -e "/var/lib/systemd/linger/$(id -un)" ]; then s=2; v="systemd-run --user --scope --quiet"; ' +
    'XDG_RUNTIME_DIR="${XDG_RUNTIME_DIR:-/run/user/$(id -u)}"; export XDG_RUNTIME_DIR; fi',
].join('; ')

/** Sets `k` to who keeps a program, given the shell words that print its process id: `tmux`, or `login` where it ends with the login. */
export function keptUntilLogout(pid: string): string {
  return `k=tmux; if [ -n "$s" ]; then case "$s $(cat "/proc/$(${pid})/cgroup" 2>/dev/null)" in 1*|*/session-*) k=login;; esac; fi`
}
