import { z } from 'zod'
import { count, flag, text as lenientText } from '../../nps/lenient-fields.ts'

/**
 * The records of clients.json, tasks.json and hosts.json, as far as they mean something here. Fields that are missing are
 * empty, and unknown ones are passed over.
 */

const text = lenientText(65_536)
const id = z
  .number()
  .int()
  .positive()
  .max(2 ** 31)

/** `ExportFlow` went to visitors, `InletFlow` came from them. */
const flow = z
  .object({ ExportFlow: count, InletFlow: count, FlowLimit: count })
  .nullish()
  .transform((value) => value ?? { ExportFlow: 0, InletFlow: 0, FlowLimit: 0 })
const target = z
  .object({ TargetStr: text, LocalProxy: flag })
  .nullish()
  .transform((value) => value ?? { TargetStr: '', LocalProxy: false })
const owner = z.object({ Id: z.number().int() })

export const stockClient = z.object({
  Id: id,
  VerifyKey: text,
  Remark: text,
  Status: flag,
  NoStore: flag,
  Cnf: z
    .object({ U: text, P: text, Compress: flag, Crypt: flag })
    .nullish()
    .transform((value) => value ?? { U: '', P: '', Compress: false, Crypt: false }),
  /** KB/s */
  RateLimit: count,
  /** `FlowLimit` in MB */
  Flow: flow,
  MaxConn: count,
  MaxTunnelNum: count,
  ConfigConnAllow: z
    .boolean()
    .nullish()
    .transform((value) => value ?? true),
  WebUserName: text,
  WebPassword: text,
})
export type StockClient = z.output<typeof stockClient>

export const stockTunnel = z.object({
  Id: id,
  Mode: text,
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
  MultiAccount: z.object({ AccountMap: z.record(z.string(), z.string()).nullish() }).nullish(),
  Flow: flow,
  /** Seconds. */
  HealthCheckTimeout: count,
  HealthMaxFail: count,
  /** Seconds. */
  HealthCheckInterval: count,
  HttpHealthUrl: text,
  HealthCheckType: text,
  HealthCheckTarget: text,
})
export type StockTunnel = z.output<typeof stockTunnel>

export const stockHost = z.object({
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
  Flow: flow,
})
export type StockHost = z.output<typeof stockHost>
