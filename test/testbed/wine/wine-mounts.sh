#!/bin/sh
# usage: wine-mounts.sh ROOT COMMAND... : runs COMMAND in ROOT, in which /tmp and the devices are those of this computer.
# Expects mount and process namespaces of its own, so that nothing of this is seen outside and all ends with the command.
set -eu
root=$1
shift
mount --make-rprivate /
mount --rbind /dev "$root/dev"
mount --rbind /sys "$root/sys"
mount -t proc proc "$root/proc"
mount --rbind /tmp "$root/tmp"
# the socket of the Windows system: not where another one could find it
mkdir -p -m 700 /tmp/.wine-0
mount -t tmpfs -o mode=700 tmpfs "$root/tmp/.wine-0"
export HOME=/root PATH=/usr/lib/wine:/usr/sbin:/usr/bin:/sbin:/bin
exec chroot "$root" "$@"
