import { runCommand } from '../run-command.ts'

export interface AptSource {
  /** The archive that this computer's apt uses for the release. */
  readonly mirror: string
  /** apt's proxy, as the environment variables that debootstrap's downloader reads. */
  readonly proxyEnv: Readonly<Record<string, string>>
}

/** Asks apt for the archive and proxy it is configured with. Throws when it has no archive of that release. */
export async function findAptSource(release: string): Promise<AptSource> {
  const lines = await runCommand('apt-get', [
    'indextargets',
    '--format',
    '$(REPO_URI) $(CODENAME) $(COMPONENT)',
    'Created-By: Packages',
  ])
  const mirror = lines
    .split('\n')
    .map((line) => line.split(' '))
    .find(([, codename, component]) => codename === release && component === 'main')?.[0]
  if (mirror === undefined) {
    throw new Error(
      `apt on this computer has no source for Debian ${release} main, from which the machines are built. ` +
        `Add one to /etc/apt/sources.list, run "apt-get update" and try again.`,
    )
  }
  const proxyEnv: Record<string, string> = {}
  const settings = await runCommand('apt-config', ['dump'])
  for (const [, scheme, proxy] of settings.matchAll(/^Acquire::(https?)::Proxy "(.+)";$/gim)) {
    if (scheme !== undefined && proxy !== undefined) proxyEnv[`${scheme.toLowerCase()}_proxy`] = proxy
  }
  return { mirror, proxyEnv }
}
