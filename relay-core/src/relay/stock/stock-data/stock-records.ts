import * as z from 'zod'
import { count, flag, text as lenientText } from '../../../stock/messages/lenient-fields.ts'

/**
 * The records of clients.json, tasks.json, hosts.json and global.json, of stock NPS and of its forks by yisier and djylb, as
 * far as they mean something here. Missing fields are empty; `unknown` names those that are set and of which
 * nothing is known, not even that they can safely be ignored.
 */

const text = lenientText(65_536)
const id = z
  .number()
  .int()
  .positive()
  .max(2 ** 31)

/** `ExportFlow` went to visitors, `InletFlow` came from them. */
const flow = z
  .object({ ExportFlow: count, InletFlow: count, FlowLimit: count, TimeLimit: text })
  .nullish()
  .transform((value) => value ?? { ExportFlow: 0, InletFlow: 0, FlowLimit: 0, TimeLimit: '' })
const target = z
  .object({ TargetStr: text, LocalProxy: flag, ProxyProtocol: count })
  .nullish()
  .transform((value) => value ?? { TargetStr: '', LocalProxy: false, ProxyProtocol: 0 })
const owner = z.object({ Id: z.number().int() })
const list = z
  .array(text)
  .nullish()
  .transform((value) => value ?? [])
const accounts = z.object({ Content: text, AccountMap: z.record(z.string(), z.string()).nullish() }).nullish()

/** What any record may restrict. */
const restrictions = {
  Flow: flow,
  MaxConn: count,
  /** KiB/s */
  RateLimit: count,
  /** yisier: addresses, and whether only those of the second list come in. */
  BlackIpList: list,
  IpWhite: flag,
  IpWhiteList: list,
  /** yisier: with it a visitor puts its own address on the list. */
  IpWhitePass: text,
  /** yisier: `2026-01-31 23:59:59` in the server's time. */
  ExpireTime: text,
  /** djylb: seconds since 1970. */
  ExpireAt: count,
  /** djylb: bytes. */
  FlowLimit: count,
  /** djylb: 0 off, 1 only these, 2 all but these; one rule per line. */
  EntryAclMode: count,
  EntryAclRules: text,
}

/** What a server stores about itself, its state and its own pages: ignoring these breaks no promise. */
const passedOver = new Set(
  (
    'Addr LocalAddr IsConnect NowConn NoDisplay Version CreateTime LastOnlineTime Rate Revision UpdatedAt Mode ' +
    'SourceType SourcePlatformID SourceActorID ManagerUserIDs BridgeTraffic ServiceTraffic ExportFlow InletFlow ' +
    'WebTotpSecret RunStatus Ports TargetAddr TargetType IsHttp ReadOnly ' +
    'HealthNextTime HealthMap HealthRemoveArr CertType CertHash ServerUrl'
  ).split(' '),
)

function isEmpty(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.values(value).every(isEmpty)
  return value === undefined || value === null || value === '' || value === 0 || value === false
}

/** A record of these fields, and the names of others that are not empty. */
function recordOf<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.looseObject(shape).transform((value) => ({
    ...value,
    unknown: Object.entries(value).flatMap(([name, of]) =>
      name in shape || passedOver.has(name) || isEmpty(of) ? [] : [name.slice(0, 60)],
    ),
  }))
}

export const stockGlobal = recordOf(restrictions)
export type StockRestrictions = z.output<typeof stockGlobal>

export const stockClient = recordOf({
  ...restrictions,
  Id: id,
  VerifyKey: text,
  Remark: text,
  Status: flag,
  NoStore: flag,
  Cnf: z
    .object({ U: text, P: text, Compress: flag, Crypt: flag })
    .nullish()
    .transform((value) => value ?? { U: '', P: '', Compress: false, Crypt: false }),
  MaxTunnelNum: count,
  ConfigConnAllow: z
    .boolean()
    .nullish()
    .transform((value) => value ?? true),
  WebUserName: text,
  WebPassword: text,
})
export type StockClientRecord = z.output<typeof stockClient>

export const stockTunnel = recordOf({
  ...restrictions,
  Id: id,
  Mode: text,
  /** djylb: what a `mixProxy` speaks on its port. */
  Socks5Proxy: flag,
  HttpProxy: flag,
  Port: count,
  ServerIp: text,
  Status: flag,
  NoStore: flag,
  Client: owner,
  Remark: text,
  Password: text,
  Target: target,
  LocalPath: text,
  StripPre: text,
  MultiAccount: accounts,
  /** djylb: as `MultiAccount`. */
  UserAuth: accounts,
  /** yisier: `V1` or `V2`; djylb has it as a number of the target. */
  ProtoVersion: text,
  /** Seconds. */
  HealthCheckTimeout: count,
  HealthMaxFail: count,
  /** Seconds. */
  HealthCheckInterval: count,
  HttpHealthUrl: text,
  HealthCheckType: text,
  HealthCheckTarget: text,
})
export type StockTaskRecord = z.output<typeof stockTunnel>

export const stockHost = recordOf({
  ...restrictions,
  Id: id,
  Host: text,
  HeaderChange: text,
  HostChange: text,
  Location: text,
  Remark: text,
  Scheme: text,
  CertFilePath: text,
  KeyFilePath: text,
  NoStore: flag,
  IsClose: flag,
  Client: owner,
  Target: target,
  /** yisier, djylb: visitors are sent from http to https. */
  AutoHttps: flag,
  /** djylb: as `CertFilePath` and `KeyFilePath`. */
  CertFile: text,
  KeyFile: text,
  UserAuth: accounts,
  MultiAccount: accounts,
  /** djylb: what is different here and lets nobody in. */
  RespHeaderChange: text,
  PathRewrite: text,
  RedirectURL: text,
  HttpsJustProxy: flag,
  TlsOffload: flag,
  AutoSSL: flag,
  AutoCORS: flag,
  CompatMode: flag,
  TargetIsHttps: flag,
})
export type StockHostRecord = z.output<typeof stockHost>
