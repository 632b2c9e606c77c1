import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** What the levels need from Debian, each with a file that shows that it is there. */
const packages: Readonly<Record<string, string>> = {
  chromium: '/usr/bin/chromium',
  'fonts-noto-cjk': '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc',
  xvfb: '/usr/bin/Xvfb',
  xauth: '/usr/bin/xauth',
  'libgtk-3-0': '/usr/lib/x86_64-linux-gnu/libgtk-3.so.0',
  libnss3: '/usr/lib/x86_64-linux-gnu/libnss3.so',
  libasound2: '/usr/lib/x86_64-linux-gnu/libasound.so.2',
  libgbm1: '/usr/lib/x86_64-linux-gnu/libgbm.so.1',
  'libsecret-1-0': '/usr/lib/x86_64-linux-gnu/libsecret-1.so.0',
  'openssh-client': '/usr/bin/ssh',
  'openssh-server': '/usr/sbin/sshd',
  sshpass: '/usr/bin/sshpass',
  fish: '/usr/bin/fish',
  zsh: '/usr/bin/zsh',
  tcsh: '/usr/bin/tcsh',
  tmux: '/usr/bin/tmux',
  openssl: '/usr/bin/openssl',
  gcc: '/usr/bin/gcc',
  'libc6-dev': '/usr/include/stdlib.h',
  'gcc-mingw-w64-x86-64-win32': '/usr/bin/x86_64-w64-mingw32-gcc',
  'xz-utils': '/usr/bin/xz',
  rpm: '/usr/bin/rpmbuild',
  nsis: '/usr/bin/makensis',
  '7zip': '/usr/bin/7zz',
  nftables: '/usr/sbin/nft',
  binutils: '/usr/bin/readelf',
  'nginx-light': '/usr/sbin/nginx',
  curl: '/usr/bin/curl',
  wget: '/usr/bin/wget',
  debootstrap: '/usr/sbin/debootstrap',
  'qemu-user-static': '/usr/bin/qemu-aarch64-static',
  'libc6-arm64-cross': '/usr/aarch64-linux-gnu/lib/ld-linux-aarch64.so.1',
  'python3-pip': '/usr/bin/pip3',
}

/** Null when packages can be installed here, else why not. */
export function whyNoPackages(): string | null {
  if (process.platform !== 'linux') return 'not Linux'
  if (!existsSync('/etc/debian_version')) return 'not Debian'
  if (process.getuid?.() !== 0) return 'not root'
  return null
}

/** Installs what is missing; does nothing, and needs no network, where all is there. Throws with apt's last lines. */
export function installMissingPackages(): void {
  const missing = Object.entries(packages)
    .filter(([, file]) => !existsSync(file))
    .map(([name]) => name)
  if (missing.length === 0) return
  console.log(`Installing from Debian: ${missing.join(' ')}`)
  apt(['update'])
  apt(['install', '-y', '--no-install-recommends', ...missing])
}

function apt(args: string[]): void {
  const result = spawnSync('apt-get', ['-q', ...args], {
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    maxBuffer: 64 * 1024 * 1024,
  })
  if (result.status === 0) return
  const lines = `${result.stdout}\n${result.stderr}`.trim().split('\n').slice(-15).join('\n')
  throw new Error(`apt-get ${args.join(' ')} failed:\n${lines}`)
}
