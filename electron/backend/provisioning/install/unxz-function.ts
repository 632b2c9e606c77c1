/**
 * Shell function `unxz`: unpacks .xz, by the tool that xz and busybox have or else by Python's own module. `canUnxz` succeeds
 * where there is one. macOS has neither, and a python3 that may be a stand-in which opens a window.
 */
export const unxzFunction = `
canUnxz() {
  command -v xzcat >/dev/null 2>&1 || { [ "$(uname -s)" = Linux ] && python3 -c 'import lzma' 2>/dev/null; }
}
unxz() {
  if command -v xzcat >/dev/null 2>&1; then xzcat; else
    python3 -c 'import lzma, shutil, sys; shutil.copyfileobj(lzma.open(sys.stdin.buffer), sys.stdout.buffer)'
  fi
}
`
