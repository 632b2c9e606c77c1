/** What a program runs on. `linux` is Linux with glibc, `linux-musl` Linux with musl, as on Alpine. */
export type Platform = 'linux' | 'linux-musl' | 'windows' | 'darwin'
export type ProgramArch = 'amd64' | 'arm64'

/** One kind of machine that `nps` and `npc` are made for. */
export interface ProgramTarget {
  readonly platform: Platform
  readonly arch: ProgramArch
  /** Bun's own name for it (`--target`); `baseline` means that AVX2 is not needed. */
  readonly bunTarget: string
  /** The npm package with Bun's executable for it, below the scope `@oven`. */
  readonly bunPackage: string
  /** Of that package at `bunVersion`, from the registry's own record. */
  readonly integrity: string
  /** What a build without `--all` makes; with it, all of them are packed. */
  readonly byDefault: Extent
}

/** `plain`: the two programs. `compressed`: also their .gz and, for Linux, .xz. `packed`: also the archives. */
export type Extent = 'plain' | 'compressed' | 'packed'

export const targets: readonly ProgramTarget[] = [
  {
    platform: 'linux',
    arch: 'amd64',
    bunTarget: 'bun-linux-x64-baseline',
    bunPackage: 'bun-linux-x64-baseline',
    integrity:
      'sha512-s8yMwYcFnnrA178gji0gZbkE2WVDej/Ti1x770oPfihxyRxSMNhGhiAQNXV53aDeraZxksdvKV/RAdQBCd0qPA==',
    byDefault: 'packed',
  },
  {
    platform: 'linux',
    arch: 'arm64',
    bunTarget: 'bun-linux-arm64',
    bunPackage: 'bun-linux-aarch64',
    integrity:
      'sha512-4BXmsSKnjOrlGWqZV4x/oWa7AVoR+B6lCXddMzOAXBIm3t50eslg9wb66gmtW1AamEQ1l1CDvmmruysEhqOWMg==',
    byDefault: 'packed',
  },
  {
    platform: 'linux-musl',
    arch: 'amd64',
    bunTarget: 'bun-linux-x64-baseline-musl',
    bunPackage: 'bun-linux-x64-musl-baseline',
    integrity:
      'sha512-cWJhU8h0+MiUgpSt99sQhjxLIIosKEcKYdtKddohokUvAuN6jKOy7g7+QDTZTXtwHxz93wL3BX+L6wXVPDUH3A==',
    byDefault: 'plain',
  },
  {
    platform: 'linux-musl',
    arch: 'arm64',
    bunTarget: 'bun-linux-arm64-musl',
    bunPackage: 'bun-linux-aarch64-musl',
    integrity:
      'sha512-XCNc+WvvMAdNNb+OWTogpy+N9wm62fkVeEVLb6how0RZhW5LPi6c7BlkeVCuWps7XjEl2saFpHFa20/1E+PAHg==',
    byDefault: 'plain',
  },
  {
    platform: 'windows',
    arch: 'amd64',
    bunTarget: 'bun-windows-x64-baseline',
    bunPackage: 'bun-windows-x64-baseline',
    integrity:
      'sha512-/U3Dc74uGqE6EUqef7mPtg9KwJs7iJH4JHRMfIZIn18MrJh6Xz4gVvWDXRvzCL2j8wPlTnJVyrO4n7Qq4uM7TQ==',
    byDefault: 'compressed',
  },
  {
    platform: 'darwin',
    arch: 'arm64',
    bunTarget: 'bun-darwin-arm64',
    bunPackage: 'bun-darwin-aarch64',
    integrity:
      'sha512-4MIFXHmctH2EhAxLXm2/qxNtv17dFtLJylvaOCsrgq6KSqHTs6eW5YSrJjRbJxYUJaR901fsN8JfZOa+CsWpWQ==',
    byDefault: 'plain',
  },
  {
    platform: 'darwin',
    arch: 'amd64',
    bunTarget: 'bun-darwin-x64-baseline',
    bunPackage: 'bun-darwin-x64-baseline',
    integrity:
      'sha512-zqfLA5A4B+hYMh5WYzYSot3uZ06FzhdP0OEwQisEzdirYtXGj5cQFlfy31BGfNsAsk1Gd/w/OxJ/jqqJ3cMclw==',
    byDefault: 'plain',
  },
]

export function compressionsFor(target: ProgramTarget): readonly ('gz' | 'xz')[] {
  return carriedForm(target) === 'xz' ? ['gz', 'xz'] : ['gz']
}

/** As packages carry its programs: the smallest that it unpacks. Tools for .xz are at hand on Linux only. */
export function carriedForm({ platform }: Pick<ProgramTarget, 'platform'>): 'gz' | 'xz' {
  return platform === 'linux' || platform === 'linux-musl' ? 'xz' : 'gz'
}

/** The file of a program for a target, as built: `nps-linux-amd64`, `npc-windows-amd64.exe`. */
export function programFile(program: 'nps' | 'npc', { platform, arch }: ProgramTarget): string {
  return `${program}-${platform}-${arch}${extension(platform)}`
}

/**
 * The files which, one after the other, are a program as it is sent. In the form that packages carry they are parts: nps and npc
 * share those of the runtime, and the two processors of Linux what lies in the middle of both runtimes (runtime-range.ts). A .gz for Linux is whole, for people who copy it to a server by hand.
 */
export function sentFiles(
  program: 'nps' | 'npc',
  target: ProgramTarget,
  compression: 'gz' | 'xz',
): readonly string[] {
  if (compression !== carriedForm(target)) return [`${programFile(program, target)}.${compression}`]
  const system = `${target.platform}-${target.arch}`
  const runtime = sharesData(target)
    ? [`runtime-${system}.start`, `runtime-${target.platform}`, `runtime-${system}.end`]
    : [`runtime-${system}`]
  return [`${program}-${system}.start`, ...runtime, `${program}-${system}.end`].map(
    (name) => `${name}.${compression}`,
  )
}

/** Bun for macOS takes such tables from the system; for Windows there is one processor. */
export function sharesData({ platform }: Pick<ProgramTarget, 'platform'>): boolean {
  return platform === 'linux' || platform === 'linux-musl'
}

/** The file that it is within an archive, and once installed: `nps`, `nps.exe`. */
export function installedFile(program: 'nps' | 'npc', { platform }: ProgramTarget): string {
  return `${program}${extension(platform)}`
}

function extension(platform: Platform): '' | '.exe' {
  return platform === 'windows' ? '.exe' : ''
}

/** As NPS has always named its archives: `linux_amd64_server.tar.gz`; musl, which it has none for, is `linux_musl_amd64_…`. */
export function archiveFile({ platform, arch }: ProgramTarget, role: 'server' | 'client'): string {
  return `${platform.replace('-', '_')}_${arch}_${role}.tar.gz`
}
