import type { IncomingMessage } from 'node:http'

export type Provider = 'aliyun' | 'tencent' | 'huawei' | 'aws' | 'google' | 'azure'

/** Where each provider's machines ask about themselves, from the providers' own documentation. */
export const metadataAddresses: Readonly<Record<Provider, string>> = {
  aliyun: '100.100.100.200',
  tencent: '169.254.0.23',
  huawei: '169.254.169.254',
  aws: '169.254.169.254',
  google: '169.254.169.254',
  azure: '169.254.169.254',
}

/** What to answer: the body, or undefined for 404; a number is a status without a body. */
export type Answer = (request: IncomingMessage) => string | number | undefined

const byPath =
  (answers: Readonly<Record<string, string>>): Answer =>
  ({ url = '/' }) =>
    answers[url]

export const metadataAnswers: Readonly<Record<Provider, Answer>> = {
  aliyun: byPath({
    '/latest/meta-data/': 'instance-id\nregion-id\nzone-id',
    '/latest/meta-data/instance-id': 'i-bp1testbed0000000001',
    '/latest/meta-data/region-id': 'cn-hangzhou',
  }),
  tencent: byPath({
    '/latest/meta-data/': 'instance-id\nplacement/',
    '/latest/meta-data/instance-id': 'ins-testbed1',
    '/latest/meta-data/placement/region': 'ap-shanghai',
  }),
  huawei: byPath({
    '/openstack/latest/meta_data.json':
      '{"uuid":"testbed","region_id":"cn-north-4","availability_zone":"cn-north-4a"}',
  }),
  // Asks for a token first, as instances do that allow only the second version of the service.
  aws: ({ url, method, headers }) => {
    if (url === '/latest/api/token') return method === 'PUT' ? 'testbed-token' : 405
    if (headers['x-aws-ec2-metadata-token'] !== 'testbed-token') return 401
    return {
      '/latest/meta-data/instance-id': 'i-0testbed',
      '/latest/meta-data/placement/region': 'us-east-1',
    }[url ?? '/']
  },
  google: ({ url, headers }) => {
    if (headers['metadata-flavor'] !== 'Google') return 403
    return url === '/computeMetadata/v1/instance/id' ? '4520000000000000001' : undefined
  },
  azure: ({ url, headers }) => {
    if (headers['metadata'] !== 'true') return 400
    return url?.startsWith('/metadata/instance')
      ? '{"compute":{"azEnvironment":"AzurePublicCloud"}}'
      : undefined
  },
}
