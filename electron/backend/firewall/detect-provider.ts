import type { RemoteShell } from '../ssh/shell/remote-shell.ts'
import type { ProviderClues, ProviderId } from './providers.ts'

/**
 * Runs on the server, as any account: DMI texts, then the providers' metadata addresses, each with a deadline of 1 s.
 * curl or wget, whichever is there; without both only DMI speaks. 100.100.100.200 is Aliyun's alone; on the address that
 * the others share, each has a path of its own.
 */
const script = `
cat /sys/class/dmi/id/sys_vendor /sys/class/dmi/id/product_name /sys/class/dmi/id/chassis_asset_tag /sys/class/dmi/id/bios_vendor 2>/dev/null | tr '\\n' ' '
echo
if command -v curl >/dev/null 2>&1; then
  get() { u=$1; shift; if [ $# -gt 0 ]; then curl -fs --noproxy '*' --connect-timeout 1 -m 2 -H "$1" "$u"; else curl -fs --noproxy '*' --connect-timeout 1 -m 2 "$u"; fi; }
elif command -v wget >/dev/null 2>&1; then
  get() { u=$1; shift; if [ $# -gt 0 ]; then wget -qO- --no-proxy -T 1 -t 1 --header="$1" "$u"; else wget -qO- --no-proxy -T 1 -t 1 "$u"; fi; }
else
  exit 0
fi
say() { [ -n "$2" ] && printf '%s|%s|%s\\n' "$1" "$2" "$3" && exit 0; }
i=$(get http://100.100.100.200/latest/meta-data/instance-id | head -c 64)
[ -n "$i" ] && say aliyun "$i" "$(get http://100.100.100.200/latest/meta-data/region-id | head -c 64)"
m=http://169.254.169.254
i=$(get $m/computeMetadata/v1/instance/id 'Metadata-Flavor: Google' | head -c 64)
[ -n "$i" ] && say google "$i" "$(get $m/computeMetadata/v1/instance/zone 'Metadata-Flavor: Google' | sed 's#.*/##' | head -c 64)"
i=$(get "$m/metadata/instance/compute/vmId?api-version=2021-02-01&format=text" 'Metadata: true' | head -c 64)
[ -n "$i" ] && say azure "$i" "$(get "$m/metadata/instance/compute/location?api-version=2021-02-01&format=text" 'Metadata: true' | head -c 64)"
i=$(get $m/openstack/latest/meta_data.json | head -c 4000)
case "$i" in *'"uuid"'*) say openstack "$(printf '%s' "$i" | sed -n 's/.*"uuid": *"\\([^"]*\\)".*/\\1/p')" "$(printf '%s' "$i" | sed -n 's/.*"region_id": *"\\([^"]*\\)".*/\\1/p')";; esac
i=$(get $m/latest/meta-data/instance-id | head -c 64)
case "$i" in
  ins-*) say tencent "$i" "$(get $m/latest/meta-data/placement/region | head -c 64)";;
  i-*) say aws "$i" "$(get $m/latest/meta-data/placement/region | head -c 64)";;
esac
:
`

const named: Record<string, ProviderId> = {
  aliyun: 'aliyun',
  google: 'google',
  azure: 'azure',
  tencent: 'tencent',
  aws: 'aws',
  // Of the clouds built on OpenStack it is the one that gives a region there.
  openstack: 'huawei',
}

/** Which provider the machine belongs to; takes about 10 s at most when no metadata address answers. */
export async function detectProvider(
  shell: RemoteShell,
  { signal }: { signal: AbortSignal },
): Promise<ProviderClues> {
  return parseClues((await shell.run(script, { timeoutMs: 20_000, signal })).stdout)
}

/**
 * Names as the providers give them, `i-bp1…` and `cn-hangzhou`. Whoever answers on the metadata address may say anything,
 * and the region becomes part of the address that "Open" leads to.
 */
const instanceName = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/
const regionName = /^[a-z][a-z0-9-]{0,39}$/

/** First line DMI, second `provider|instance|region` when a metadata address answered. */
export function parseClues(text: string): ProviderClues {
  const [dmi = '', answer = ''] = text.split('\n')
  const [who = '', instance = '', region = ''] = answer.split('|').map((part) => part.trim())
  const isHuawei = who !== 'openstack' || regionName.test(region)
  const metadata = isHuawei ? (named[who] ?? 'unknown') : 'unknown'
  const known = metadata !== 'unknown'
  return {
    dmi: dmi.trim(),
    metadata,
    instance: known && instanceName.test(instance) ? instance : null,
    region: known && regionName.test(region) ? region : null,
  }
}
