import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { settings } from '../../api/conf/settings.ts'
import { configKeys } from './config-keys.ts'
import { parseRelayConfig } from '../relay/relay-config.ts'

const document = readFileSync(join(import.meta.dirname, '../../../../docs/nps-compat.md'), 'utf8')

/** The keys of the stock file, as its documents list them. */
const stockKeys =
  'appname runmode http_proxy_ip http_proxy_port https_proxy_port https_just_proxy https_default_cert_file ' +
  'https_default_key_file bridge_type bridge_port bridge_ip public_vkey flow_store_interval log_level log_path ip_limit ' +
  'p2p_ip p2p_port web_host web_username web_password web_port web_ip web_base_url web_open_ssl web_cert_file ' +
  'web_key_file auth_key auth_crypt_key allow_ports allow_user_login allow_user_register allow_user_change_username ' +
  'allow_flow_limit allow_rate_limit allow_tunnel_num_limit allow_connection_num_limit allow_local_proxy allow_multi_ip ' +
  'system_info_display http_cache http_cache_length http_add_origin_header pprof_ip pprof_port disconnect_timeout'

/** The first column of the table under a heading. */
function answeredKeys(heading: string): string[] {
  const [, section = ''] = document.split(`\n## ${heading}\n`)
  const rows = (section.split('\n## ')[0] ?? '').matchAll(/^\| (`[^|]*) \|/gm)
  return [...rows].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, key = '']) => key.toLowerCase()),
  )
}

test('every stock key works or says why not', () => {
  const answered = new Set([...Object.keys(settings), ...Object.keys(configKeys)])
  expect(stockKeys.split(' ').filter((key) => !answered.has(key))).toEqual([])
})

test('docs/nps-compat.md answers every key, each once, and no other', () => {
  const known = [...Object.keys(settings), ...Object.keys(configKeys)]
  expect(answeredKeys('nps.conf').toSorted()).toEqual(known.toSorted())
})

test('what asks for nothing is silent, what asks for more is told why not by name', () => {
  const warningsOf = (text: string) => parseRelayConfig(text, 'nps.conf').warnings
  expect(warningsOf('appname=nps\nhttp_cache=false\nallow_rate_limit=true\np2p_ip=\n')).toEqual([])
  expect(warningsOf('bridge_type=kcp\nopen_captcha=true\n')).toEqual([
    { line: 1, message: 'bridge_type: the bridge speaks TCP only: start every npc with -type=tcp' },
    { line: 2, message: 'open_captcha is not known and has no effect' },
  ])
})
