import { expect, test } from 'vitest'
import { tryCommand } from '../testbed/run-command.ts'
import { DirectLab, localPort, patience, type LabProxy } from './direct-lab.ts'
import { LabDownload } from './lab-download.ts'
import { siteAddress } from './nat-lab.ts'

const sitePort = 8080
const megabyte = 1024 * 1024
const bigMegabytes = 64

/** Far more than what both ends tell the relay meanwhile, and far less than any download here. */
const maxAsideBytes = megabyte

/** How curl is told of the proxy, and how it ends: its exit code, the site's status and the proxy's own. */
interface Way {
  readonly flags: readonly string[]
  readonly reached: string
  readonly denied: string
}

const bySocks: Way = {
  flags: ['--socks5-hostname', `127.0.0.1:${localPort}`],
  reached: '0 200 000',
  denied: '97 000 000',
}
const byHttp: Way = {
  flags: ['--proxy', `http://127.0.0.1:${localPort}`],
  reached: '0 200 000',
  denied: '0 403 000',
}
const byConnect: Way = {
  flags: [...byHttp.flags, '--proxytunnel'],
  reached: '0 200 200',
  denied: '56 000 403',
}

test.for([
  { mode: 'privateSocks5', ways: [bySocks] },
  { mode: 'privateHttpProxy', ways: [byHttp, byConnect] },
] as const)(
  '$mode over a direct link: curl reaches what the lab box allows and nothing else, and a download goes on by the relay and directly again',
  async ({ mode, ways }) => {
    await using lab = await openLab(mode)
    await using site = lab.startSite(sitePort, bigMegabytes)
    await site.heard('listening')
    const byName = `http://site.lab:${sitePort}`
    const [way] = ways
    const page = (path: string, { reached } = way) => ({ outcome: reached, body: `the lab’s page ${path}` })
    expect(await curled(lab, way, `${byName}/a`)).toEqual(page('/a'))
    await untilDirect(lab)

    await using download = new LabDownload(
      lab.atLaptop('curl', '--silent', '--no-buffer', ...way.flags, `${byName}/big`),
    )
    let told = 0
    const tell = (megabytes: number) => {
      site.say(String(megabytes))
      told += megabytes
    }
    /** What passes the relay while this much more is downloaded, in bytes. */
    const atRelayDuring = async (megabytes: number) => {
      const before = lab.bytesAtRelay()
      tell(megabytes)
      await download.arrived(told)
      return lab.bytesAtRelay() - before
    }
    expect(await atRelayDuring(8)).toBeLessThan(maxAsideBytes)

    tell(24)
    await download.arrived(12)
    lab.cutUdp()
    await lab.visitor.says(/private tunnel way="by the relay"/, patience)
    await download.arrived(told)
    expect(await lab.status('visitor')).toMatch(/goes through the server: the direct way lets nothing/)
    // In and out again.
    expect(await atRelayDuring(8)).toBeGreaterThan(2 * 8 * megabyte)

    tell(8)
    await download.arrived(told - 6)
    lab.restore()
    await untilDirect(lab)
    await download.arrived(told)
    expect(await atRelayDuring(16)).toBeLessThan(maxAsideBytes)
    const { sent } = await site.heard('sent')
    expect(await download.whole()).toEqual({ exitCode: 0, bytes: bigMegabytes * megabyte, sha256: sent })

    // Now nothing can be reached but past the relay: it is not there.
    await lab.restartRelay(async () => {
      for (const each of ways) {
        expect(await curled(lab, each, `${byName}/b`)).toEqual(page('/b', each))
        expect(await curled(lab, each, `http://${siteAddress}:${sitePort}/c`)).toEqual(page('/c', each))
        for (const target of [`${siteAddress}:80`, `inner.lab:${sitePort}`, `192.168.2.1:${sitePort}`])
          expect(await curled(lab, each, `http://${target}/`)).toMatchObject({ outcome: each.denied })
      }
    })
  },
)

/** The lab box alone knows the two names, and may dial one of the addresses. */
function openLab(mode: LabProxy['mode']): Promise<DirectLab> {
  const names = { 'site.lab': siteAddress, 'inner.lab': '127.0.0.1' }
  const proxy = { mode, names, allowTarget: `${siteAddress}:${sitePort}` }
  return DirectLab.open({ first: 'cone', second: 'cone', site: true }, { proxy })
}

/** Both ends choose for themselves. */
async function untilDirect(lab: DirectLab): Promise<void> {
  const { timeoutMs: timeout } = patience
  await expect.poll(() => lab.status('visitor'), { timeout }).toMatch(/of this machine goes direct, \d+ ms/)
  await expect.poll(() => lab.status('agent'), { timeout }).toMatch(/A visitor at \S+ comes directly, \d+ ms/)
}

async function curled(
  lab: DirectLab,
  { flags }: Way,
  url: string,
): Promise<{ outcome: string; body: string }> {
  const written = ['--write-out', '\n%{http_code} %{http_connect}']
  const { file, args } = lab.atLaptop('curl', '--silent', ...flags, ...written, url)
  const { exitCode, stdout } = await tryCommand(file, args)
  const end = stdout.lastIndexOf('\n')
  return { outcome: `${exitCode} ${stdout.slice(end + 1)}`, body: stdout.slice(0, end) }
}
