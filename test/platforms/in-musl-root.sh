#!/bin/sh
# in-musl-root.sh ROOT PROGRAMS COMMAND...: runs a command in ROOT, with PROGRAMS in /programs; inside a mount namespace of its own
set -e
root=$1
mount --bind "$2" "$root/programs"
mount --bind /tmp "$root/tmp"
mount --rbind /dev "$root/dev"
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/run"
shift 2
exec chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root "$@"
