#!/bin/sh
# usage: wine-system.sh MOUNTS ROOT FOLDER... : a Windows system above the unchanged ROOT, with this computer's FOLDERs in
# it, which lasts until standard input ends. Says "ready" when it is. Expects namespaces as wine-mounts.sh does.
set -eu
mounts=$1 root=$2
shift 2
mount --make-rprivate /
own=$root/mnt
mount -t tmpfs tmpfs "$own"
mkdir "$own/upper" "$own/work" "$own/root"
mount -t overlay -o "lowerdir=$root,upperdir=$own/upper,workdir=$own/work" overlay "$own/root"
for folder; do
  mkdir -p "$own/root$folder"
  mount --bind "$folder" "$own/root$folder"
done
# The server of the Windows system stays when no program is left: the next one would wait seconds for its services.
# waits by wait, which also buries the orphans of this namespace: by `tail --pid` and the like a dead process is alive till then
exec "$mounts" "$own/root" sh -c 'exec 3<&0; wineserver --persistent; cat <&3 >&2 & echo ready; wait $!'
