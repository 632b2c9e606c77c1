/**
 * What a Linux account can start a notebook or a board with. Fields of a line are parted by tabs:
 * - `home HOME`, `user NAME`, `ports PORT …` (those that something listens on);
 * - `keep systemd-user` where its user manager runs on without a login, and `keep tmux` where there is one;
 * - `env KIND PYTHON VERSION JUPYTERLAB NOTEBOOK TENSORBOARD TORCH INSTALLER`: the versions of packages are read from the folders of the installed packages, since
 *   asking each Python takes a second;
 * - `new PYTHON VERSION` where that Python can make virtual environments;
 * - `events FILE`, newest first: what TensorBoard reads.
 * Prints nothing where there is no /proc/net/tcp.
 */
export const choicesScript = String.raw`
[ -r /proc/net/tcp ] || exit 0
tab=$(printf '\t')
printf 'home\t%s\nuser\t%s\n' "$HOME" "$(id -un)"
printf 'ports\t%s\n' "$(cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk '$4 == "0A" { n = split($2, part, ":"); print part[n] }' | sort -u | head -n 2000 | tr '\n' ' ')"
[ -n "$XDG_RUNTIME_DIR" ] || { XDG_RUNTIME_DIR=/run/user/$(id -u); export XDG_RUNTIME_DIR; }
if command -v systemd-run > /dev/null && [ "$(loginctl show-user "$(id -un)" --property=Linger --value 2>/dev/null)" = yes ] &&
  systemctl --user show --property=Version > /dev/null 2>&1; then printf 'keep\tsystemd-user\n'; fi
if command -v tmux > /dev/null; then printf 'keep\ttmux\n'; fi
version() {
  for info in "$1"/$2-[0-9]*.dist-info; do
    [ -d "$info" ] || continue
    basename "$info" .dist-info | sed "s/^$2-//"; return
  done
}
seen=:
uv=$(command -v uv || ls "$HOME/.local/bin/uv" "$HOME/.cargo/bin/uv" 2>/dev/null | head -n 1)
tell() {
  kind=$1; python=$2; site=$3; found=$4
  case $seen in *:"$python":*) return ;; esac
  seen=$seen$python:
  by=
  if [ "$kind" != system ] && [ -w "$site" ]; then
    if [ -n "$(version "$site" pip)" ]; then by=pip; elif [ -n "$uv" ]; then by=uv; fi
  fi
  printf 'env\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$kind" "$python" "$found" \
    "$(version "$site" jupyterlab)" "$(version "$site" notebook)" "$(version "$site" tensorboard)" "$(version "$site" torch)" "$by"
}
root() {
  [ -x "$2/bin/python" ] || return
  for site in "$2"/lib/python3.*/site-packages; do
    [ -d "$site" ] || continue
    found=$(dirname "$site"); tell "$1" "$2/bin/python" "$site" "$(basename "$found" | sed 's/^python//')"; return
  done
}
virtual() {
  [ -f "$1/pyvenv.cfg" ] || return
  kind=venv
  if grep -q '^uv *=' "$1/pyvenv.cfg"; then kind=uv; fi
  root "$kind" "$1"
}
[ -n "$CONDA_PREFIX" ] && root conda "$CONDA_PREFIX"
for base in "$HOME"/miniconda3 "$HOME"/anaconda3 "$HOME"/miniforge3 "$HOME"/mambaforge "$HOME"/micromamba "$HOME"/.conda /opt/conda /opt/miniconda3 /opt/anaconda3 /opt/miniforge3; do
  [ -d "$base" ] || continue
  if [ -d "$base/conda-meta" ]; then root conda "$base"; fi
  for env in "$base"/envs/*; do root conda "$env"; done
done
if [ -f "$HOME/.conda/environments.txt" ]; then
  head -n 50 "$HOME/.conda/environments.txt" | while IFS= read -r env; do [ -d "$env/conda-meta" ] && root conda "$env"; done
fi
for env in "$HOME"/.venv "$HOME"/venv "$HOME"/*env "$HOME"/*/.venv "$HOME"/*/venv "$HOME"/*/env "$HOME"/*/*/.venv "$HOME"/.local/share/nps-desktop/python "$HOME"/.virtualenvs/* "$HOME"/.local/share/virtualenvs/* /opt/*; do virtual "$env"; done
for name in python3 python; do
  python=$(command -v $name) || continue
  found=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue
  for site in "$HOME/.local/lib/python$found/site-packages" "/usr/local/lib/python$found/dist-packages" "/usr/local/lib/python$found/site-packages" /usr/lib/python3/dist-packages; do
    if [ -n "$(version "$site" jupyterlab)$(version "$site" notebook)$(version "$site" tensorboard)" ]; then break; fi
  done
  tell system "$python" "$site" "$found"
  if "$python" -c 'import venv, ensurepip' 2>/dev/null; then printf 'new\t%s\t%s\n' "$python" "$found"; fi
  break
done
find=find; if command -v timeout > /dev/null; then find='timeout 4 find'; fi
$find "$HOME" -maxdepth 5 -name 'events.out.tfevents.*' -type f 2>/dev/null | head -n 200 | tr '\n' '\000' | xargs -0 -r ls -t 2>/dev/null | head -n 50 | sed "s/^/events$tab/"
:`
