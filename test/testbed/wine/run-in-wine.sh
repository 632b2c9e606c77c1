#!/bin/sh
# usage: NPS_WINE_SYSTEM=PID NPS_WINE_PROGRAM=PROGRAM.EXE run-in-wine.sh ARGS... : runs the program in the Windows system of
# process PID, in the working folder of this or in NPS_WINE_FOLDER; it is killed when this is. Its output goes through
# files, because Node.js and Electron cannot write to a pipe there.
unset TMPDIR
exec nsenter --target "$NPS_WINE_SYSTEM" --mount --pid --root --wd -- \
  setpriv --pdeathsig KILL sh -c '
    export HOME=/root XDG_RUNTIME_DIR=/run PATH=$PATH:/usr/lib/wine:/usr/sbin:/usr/bin:/sbin:/bin
    cd "$0" || exit
    out=$(mktemp -p /var/tmp) err=$(mktemp -p /var/tmp)
    setpriv --pdeathsig KILL wine64 "$NPS_WINE_PROGRAM" "$@" >"$out" 2>"$err" </dev/null &
    pid=$!
    follow() { setpriv --pdeathsig KILL tail --bytes=+1 --sleep-interval=0.1 --follow --pid=$pid "$1"; }
    follow "$out" &
    told=$!
    follow "$err" >&2
    wait $told
    wait $pid
    code=$?
    rm -f "$out" "$err"
    exit $code' "${NPS_WINE_FOLDER:-$PWD}" "$@"
