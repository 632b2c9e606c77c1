import type { RelayTunnel } from '../../../api/relay-tunnel-models.ts'
import { RelayError } from '../../../api/errors.ts'
import { takesSetting, type TunnelMode } from '../../../api/tunnel-modes.ts'
import type { Converted } from '../stock-data/convert-client.ts'
import { convertHost, convertTunnel, type ConvertedTunnel } from '../stock-data/convert-tunnel.ts'
import { stockHost, stockTunnel } from '../stock-data/stock-records.ts'
import { done, found, page, type StockEndpoint, type EndpointContext } from './stock-endpoint.ts'
import type { Form } from './form.ts'
import { stockMode, viewHost, viewTunnel } from './stock-views.ts'

/** `/index/…` of the stock web API. Hosts are tunnels here, with ids from the same sequence. */
export const tunnelEndpoints: Record<string, StockEndpoint> = {
  '/index/gettunnel': {
    changes: false,
    answer: async (context) => {
      const type = context.form.text('type')
      const rows = await list(
        context,
        ({ mode }) => !isHost(mode) && (type === '' || stockMode(mode) === type),
      )
      return page(context.form, rows)
    },
  },
  '/index/hostlist': {
    changes: false,
    answer: async (context) => page(context.form, await list(context, ({ mode }) => isHost(mode))),
  },
  '/index/getonetunnel': { changes: false, answer: (context) => one(context, false) },
  '/index/gethost': { changes: false, answer: (context) => one(context, true) },
  '/index/add': { changes: true, answer: (context) => add(context, tunnelOf(context.form)) },
  '/index/addhost': { changes: true, answer: (context) => add(context, hostOf(context)) },
  '/index/edit': { changes: true, answer: (context) => edit(context, tunnelOf(context.form)) },
  '/index/edithost': { changes: true, answer: (context) => edit(context, hostOf(context)) },
  '/index/start': { changes: true, answer: (context) => onOne(context, 'start') },
  '/index/stop': { changes: true, answer: (context) => onOne(context, 'stop') },
  '/index/del': { changes: true, answer: (context) => onOne(context, 'remove') },
  '/index/delhost': { changes: true, answer: (context) => onOne(context, 'remove') },
}

/** Stock keeps apart from its tunnels what has a name in place of a port. */
function isHost(mode: TunnelMode): boolean {
  return takesSetting(mode, 'host')
}

const noUser = { U: '', P: '', Compress: false, Crypt: false }

/** The form as the record that stock would store, which is read like an imported one. */
function tunnelOf(form: Form): Converted<ConvertedTunnel> {
  const record = stockTunnel.parse({
    Id: form.count('id') || 1,
    Mode: form.text('type'),
    Port: form.count('port'),
    ServerIp: form.text('server_ip'),
    Status: true,
    Client: { Id: form.count('client_id') },
    Remark: form.text('remark'),
    Password: form.text('password'),
    LocalPath: form.text('local_path'),
    StripPre: form.text('strip_pre'),
    Target: { TargetStr: form.text('target'), LocalProxy: form.isOn('local_proxy') },
  })
  return convertTunnel(record, noUser)
}

function hostOf({ form, runPath }: EndpointContext): Converted<ConvertedTunnel> {
  const record = stockHost.parse({
    Id: form.count('id') || 1,
    Host: form.text('host'),
    HeaderChange: form.text('header'),
    HostChange: form.text('hostchange'),
    Location: form.text('location'),
    Remark: form.text('remark'),
    Scheme: form.text('scheme'),
    CertFilePath: form.text('cert_file_path'),
    KeyFilePath: form.text('key_file_path'),
    Client: { Id: form.count('client_id') },
    Target: { TargetStr: form.text('target'), LocalProxy: form.isOn('local_proxy') },
  })
  return convertHost(record, noUser, { runPath })
}

async function add({ form, calls }: EndpointContext, converted: Converted<ConvertedTunnel>): Promise<object> {
  if ('problem' in converted) return { status: 0, msg: converted.problem }
  const { name, mode, port, target, settings } = converted.value
  const clientId = form.count('client_id')
  await calls.tunnels.add({ clientId, name, mode, target, settings, ...(port !== null && { port }) })
  return done('add success')
}

/** What stock forms do not have stays unchanged: limits, users, health checks. */
async function edit(context: EndpointContext, converted: Converted<ConvertedTunnel>): Promise<object> {
  if ('problem' in converted) return { status: 0, msg: converted.problem }
  const { form, calls } = context
  const { mode, name, port, target, settings } = converted.value
  const before = await find(context, isHost(mode))
  if (!before) return { status: 0, msg: 'tunnel ID not found' }
  if (before.mode !== mode)
    return { status: 0, msg: 'The mode of a tunnel stays: add another one, and remove this one.' }
  if (form.count('client_id') > 0 && form.count('client_id') !== before.clientId)
    return { status: 0, msg: 'A tunnel stays with its client: add another one, and remove this one.' }
  const {
    listenIp: _,
    password: _password,
    folder: _folder,
    stripPrefix: _prefix,
    host,
    ...kept
  } = before.settings
  const merged = { ...kept, ...settings, ...(settings.host && { host: { ...host, ...settings.host } }) }
  await calls.tunnels.edit({ id: before.id, name, target, settings: merged, ...(port !== null && { port }) })
  return done('modified success')
}

async function onOne({ form, calls }: EndpointContext, verb: 'start' | 'stop' | 'remove'): Promise<object> {
  await calls.tunnels[verb]({ id: form.count('id') })
  return done(verb === 'remove' ? 'delete success' : `${verb} success`)
}

async function one(context: EndpointContext, asHost: boolean): Promise<object> {
  const tunnel = await find(context, asHost)
  if (!tunnel) return found(undefined)
  const client = (await context.calls.clients.list({})).find(({ id }) => id === tunnel.clientId)
  return found(client && (asHost ? viewHost(tunnel, client) : viewTunnel(tunnel, client)))
}

async function find({ form, calls }: EndpointContext, asHost: boolean): Promise<RelayTunnel | undefined> {
  const id = form.count('id')
  return (await calls.tunnels.list({})).find((tunnel) => tunnel.id === id && isHost(tunnel.mode) === asHost)
}

async function list({ form, calls }: EndpointContext, fits: (tunnel: RelayTunnel) => boolean) {
  const [tunnels, clients] = await Promise.all([calls.tunnels.list({}), calls.clients.list({})])
  const byId = new Map(clients.map((client) => [client.id, client]))
  const clientId = form.count('client_id')
  const search = form.text('search')
  return tunnels
    .filter((tunnel) => fits(tunnel) && (clientId === 0 || tunnel.clientId === clientId))
    .filter(({ id, name, port, target, settings: { host } }) =>
      [String(id), String(port ?? ''), name, target, host?.name ?? ''].some((value) =>
        value.includes(search),
      ),
    )
    .map((tunnel) => {
      const client = byId.get(tunnel.clientId)
      if (!client)
        throw new RelayError('not-found', `There is no client ${tunnel.clientId}.`, { what: 'client' })
      return isHost(tunnel.mode) ? viewHost(tunnel, client) : viewTunnel(tunnel, client)
    })
}
