#!/bin/sh
# usage: NPS_WINE_SYSTEM=PID run-in-wine.sh PROGRAM.EXE ARGS... : runs the program in the Windows system of process PID, in
# the same working folder; it is killed when this is. Its output goes through a file, because Node.js and Electron cannot
# write to a pipe there.
unset TMPDIR
exec nsenter --target "$NPS_WINE_SYSTEM" --mount --pid --root --wd -- \
  setpriv --pdeathsig KILL sh -c '
    export HOME=/root XDG_RUNTIME_DIR=/run PATH=/usr/lib/wine:/usr/sbin:/usr/bin:/sbin:/bin
    cd "$0" || exit
    log=$(mktemp -p /var/tmp)
    setpriv --pdeathsig KILL wine64 "$@" >"$log" 2>&1 </dev/null &
    pid=$!
    setpriv --pdeathsig KILL tail --bytes=+1 --sleep-interval=0.1 --follow --pid=$pid "$log"
    wait $pid
    code=$?
    rm -f "$log"
    exit $code' "$PWD" "$@"
