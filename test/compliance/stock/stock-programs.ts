import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Program } from '../../harness/programs/program.ts'

const folder = process.env['NPS_STOCK_DIR'] ?? ''

export const stockVersions = ['0.26.7', '0.26.10'] as const
export type StockVersion = (typeof stockVersions)[number]

/** Why rows with stock programs are left out, or undefined when they can run. docs/nps-compat.md tells how to build them. */
export function stockMissing(): string | undefined {
  if (folder === '') return 'NPS_STOCK_DIR is not set'
  const missing = stockVersions.find((version) => !existsSync(join(folder, version, 'nps')))
  return missing && `NPS_STOCK_DIR has no ${missing}/nps`
}

/** Its `nps`, its `npc`, or the folder `web` of its console. */
export function stockFile(version: StockVersion, name: 'nps' | 'npc' | 'web'): string {
  return join(folder, version, name)
}

/** A stock program in a scratch folder. */
export class StockProgram extends Program {
  static agent(version: StockVersion, scratch: string, server: string, vkey: string): StockProgram {
    return new StockProgram(
      stockFile(version, 'npc'),
      [`-server=${server}`, `-vkey=${vkey}`, '-type=tcp'],
      scratch,
    )
  }

  /** `npc register`: lets its own address in for an hour. */
  static register(version: StockVersion, scratch: string, server: string, vkey: string): StockProgram {
    return new StockProgram(
      stockFile(version, 'npc'),
      ['register', `-server=${server}`, `-vkey=${vkey}`, '-time=1'],
      scratch,
    )
  }
}

export interface StockRelaySettings {
  readonly bridgePort: number
  /** By default 127.0.0.1. */
  readonly bridgeHost?: string
  /** Where the tunnels' ports listen; by default 127.0.0.1. */
  readonly tunnelHost?: string
  readonly vkey: string
  readonly crypt: boolean
  readonly compress: boolean
  /** By default 0, which a stock relay takes for 16 MB/s. */
  readonly rateLimitKb?: number
  readonly tunnels: readonly { mode: 'tcp' | 'udp'; port: number; target: string }[]
}

/** The files that a stock relay reads at its start: documents one after the other, each followed by a mark. */
export async function writeStockConfig(
  conf: string,
  {
    bridgePort,
    bridgeHost = '127.0.0.1',
    tunnelHost = '127.0.0.1',
    vkey,
    crypt,
    compress,
    rateLimitKb = 0,
    tunnels,
  }: StockRelaySettings,
): Promise<void> {
  const client = {
    Cnf: { U: '', P: '', Compress: compress, Crypt: crypt },
    Id: 1,
    VerifyKey: vkey,
    Addr: '',
    Remark: '',
    Status: true,
    IsConnect: false,
    RateLimit: rateLimitKb,
    Flow: { ExportFlow: 0, InletFlow: 0, FlowLimit: 0 },
    NoStore: false,
    NoDisplay: false,
    MaxConn: 0,
    NowConn: 0,
    WebUserName: '',
    WebPassword: '',
    ConfigConnAllow: true,
    MaxTunnelNum: 0,
    Version: '',
  }
  const tasks = tunnels.map(({ mode, port, target }, at) => ({
    Id: at + 1,
    Port: port,
    ServerIp: tunnelHost,
    Mode: mode,
    Status: true,
    RunStatus: true,
    Client: client,
    Ports: '',
    Flow: { ExportFlow: 0, InletFlow: 0, FlowLimit: 0 },
    Password: '',
    Remark: '',
    TargetAddr: '',
    NoStore: false,
    LocalPath: '',
    StripPre: '',
    Target: { TargetStr: target, TargetArr: null, LocalProxy: false },
    MultiAccount: null,
  }))
  const documents = (list: readonly object[]) => list.map((one) => `${JSON.stringify(one)}\n*#*`).join('')
  await writeFile(
    join(conf, 'nps.conf'),
    [
      'appname=nps',
      'runmode=pro',
      'bridge_type=tcp',
      `bridge_port=${bridgePort}`,
      `bridge_ip=${bridgeHost}`,
      'log_level=7',
      '',
    ].join('\n'),
  )
  await writeFile(join(conf, 'clients.json'), documents([client]))
  await writeFile(join(conf, 'tasks.json'), documents(tasks))
  await writeFile(join(conf, 'hosts.json'), '')
}
