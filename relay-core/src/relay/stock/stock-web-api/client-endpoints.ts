import type { Client } from '../../../api/client-models.ts'
import type { RelayCalls } from '../../api/call-by-name.ts'
import { nameOf } from '../stock-data/convert-client.ts'
import { done, found, page, type StockEndpoint } from './stock-endpoint.ts'
import type { Form } from './form.ts'
import { viewClient } from './stock-views.ts'

/** `/client/…` of the stock web API. */
export const clientEndpoints: Record<string, StockEndpoint> = {
  '/client/list': {
    changes: false,
    answer: async ({ form, calls, bridgePort, host }) => {
      const search = form.text('search')
      const fits = ({ id, vkey, name }: Client) =>
        search === '' || String(id) === search || vkey.includes(search) || name.includes(search)
      const rows = (await calls.clients.list({})).filter(fits).map(viewClient)
      return { ...page(form, rows), bridgePort, bridgeType: 'tcp', ip: host }
    },
  },
  '/client/getclient': {
    changes: false,
    answer: async ({ form, calls }) => {
      const client = await findClient(calls, form.count('id'))
      return found(client && viewClient(client))
    },
  },
  '/client/add': {
    changes: true,
    answer: async ({ form, calls }) => {
      refuseForeign(form)
      const vkey = form.text('vkey')
      const { settings, limits } = change(form, { settings: {}, limits: {} })
      const name = nameOf(form.text('remark'), 'client')
      await calls.clients.add({ name, settings, limits, ...(vkey !== '' && { vkey }) })
      return done('add success')
    },
  },
  '/client/edit': {
    changes: true,
    answer: async ({ form, calls }) => {
      refuseForeign(form)
      const id = form.count('id')
      const client = await findClient(calls, id)
      if (!client) return { status: 0, msg: 'client ID not found' }
      if (form.text('vkey') !== '' && form.text('vkey') !== client.vkey)
        return { status: 0, msg: 'The vkey of a client stays: add another client, and remove this one.' }
      const name = form.has('remark') ? nameOf(form.text('remark'), client.name) : client.name
      await calls.clients.edit({ id, name, ...change(form, client) })
      return done('modified success')
    },
  },
  '/client/changestatus': {
    changes: true,
    answer: async ({ form, calls }) => {
      await calls.clients.setEnabled({ id: form.count('id'), enabled: form.isOn('status') })
      return done('modified success')
    },
  },
  '/client/del': {
    changes: true,
    answer: async ({ form, calls }) => {
      await calls.clients.remove({ id: form.count('id') })
      return done('delete success')
    },
  },
}

function refuseForeign(form: Form): void {
  form.refuse(
    ['u', 'p'],
    'a client has no user of its own here; give users to its tunnels (nps tunnel edit -user=…)',
  )
  form.refuse(['web_username', 'web_password'], 'only the administrator logs in to the console')
}

/** What the form names is changed, everything else stays; 0 removes a limit. */
function change(form: Form, { settings, limits }: Pick<Client, 'settings' | 'limits'>) {
  const limit = (field: string, name: keyof typeof limits, unit: number) => {
    if (!form.has(field)) return limits[name] === undefined ? {} : { [name]: limits[name] }
    return form.count(field) > 0 ? { [name]: form.count(field) * unit } : {}
  }
  const {
    rateBytesPerSecond: _r,
    quotaBytes: _q,
    maxConnections: _c,
    maxTunnels: _t,
    ...otherLimits
  } = limits
  return {
    settings: {
      ...settings,
      ...(form.has('crypt') && { crypt: form.isOn('crypt') }),
      ...(form.has('compress') && { compress: form.isOn('compress') }),
      ...(form.has('config_conn_allow') && { mayPush: form.isOn('config_conn_allow') }),
    },
    limits: {
      ...otherLimits,
      ...limit('rate_limit', 'rateBytesPerSecond', 1024),
      ...limit('flow_limit', 'quotaBytes', 1024 * 1024),
      ...limit('max_conn', 'maxConnections', 1),
      ...limit('max_tunnel', 'maxTunnels', 1),
    },
  }
}

async function findClient(calls: RelayCalls, id: number): Promise<Client | undefined> {
  return (await calls.clients.list({})).find((client) => client.id === id)
}
