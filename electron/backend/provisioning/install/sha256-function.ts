/** Shell function `sha256`: hashes what it reads, and prints the hash in hex. macOS had no sha256sum before version 15. */
export const sha256Function = `
sha256() {
  if command -v sha256sum >/dev/null 2>&1; then sha256sum; else shasum -a 256; fi | cut -d ' ' -f 1
}
`
