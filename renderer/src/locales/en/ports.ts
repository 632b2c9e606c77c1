/** The port check: its grid, its verdict, its rule. */
export const ports = {
  summary: 'Ports {from}–{to}: {counts}',
  openOf: '{open} of {total} open',
  wasOpen: 'was open',
  state: {
    untried: 'not tried yet',
    open: 'open',
    'refused-open': 'open',
    'no-answer': 'no answer',
    'closed-on-server': "closed by the server's own firewall",
    used: 'used',
    shut: 'not open',
  },
  withTime: '{state} · {time}',
  cause: 'Cause.',
  fix: 'Fix.',
  causes: {
    'host-firewall':
      "The server's own firewall ({tool}) blocks these ports. Nothing in front of the server does.",
    'security-group':
      "The security group of {provider} drops these ports before they reach the server. The server's own firewall lets them through.",
    'security-group-unknown':
      "Something in front of the server drops these ports before they reach it, most likely the provider's security group. The server's own firewall lets them through.",
    unknown:
      "These ports give this laptop no answer. The server's own firewall could not be read, so the cause may be that firewall or the provider's security group.",
  },
  fixes: {
    'host-firewall': 'Add this rule. It only opens ports; the rule for SSH is not touched.',
    'security-group':
      'Add this inbound rule to the security group. | Add these inbound rules to the security group.',
    'security-group-of':
      'Add this inbound rule to the security group of {instance}. | Add these inbound rules to the security group of {instance}.',
    'security-group-in':
      'Add this inbound rule to the security group of {instance} in {region}. | Add these inbound rules to the security group of {instance} in {region}.',
    unknown:
      "Add this inbound rule on the provider's web page, where it says security group or firewall. | Add these inbound rules on the provider's web page, where it says security group or firewall.",
  },
  rule: {
    action: 'Action',
    allow: 'Allow',
    direction: 'Direction',
    inbound: 'Inbound',
    protocol: 'Protocol',
    range: 'Port range',
    source: 'Source',
  },
  where: {
    aliyun: 'ECS › Instances › the instance › Security groups › Inbound › Add rule.',
    tencent: 'CVM › Instances › the instance › Security groups › Edit rules › Inbound.',
    huawei: 'ECS › the server › Security Groups › Inbound Rules › Add Rule.',
    aws: 'EC2 › Instances › the instance › Security › its security group › Edit inbound rules.',
    google: 'VPC network › Firewall › Create firewall rule, direction ingress.',
    azure: 'Virtual machines › the machine › Networking › Add inbound port rule.',
  },
  providers: {
    aliyun: 'Alibaba Cloud',
    tencent: 'Tencent Cloud',
    huawei: 'Huawei Cloud',
    aws: 'AWS',
    google: 'Google Cloud',
    azure: 'Azure',
    unknown: 'The provider',
  },
  /** By the providers' own names of their regions; the same name means the same city with each of them. */
  cities: {
    'cn-hangzhou': 'Hangzhou',
    'cn-shanghai': 'Shanghai',
    'cn-beijing': 'Beijing',
    'cn-shenzhen': 'Shenzhen',
    'cn-guangzhou': 'Guangzhou',
    'cn-chengdu': 'Chengdu',
    'cn-qingdao': 'Qingdao',
    'cn-nanjing': 'Nanjing',
    'cn-hongkong': 'Hong Kong',
    'ap-guangzhou': 'Guangzhou',
    'ap-shanghai': 'Shanghai',
    'ap-beijing': 'Beijing',
    'ap-chengdu': 'Chengdu',
    'ap-chongqing': 'Chongqing',
    'ap-nanjing': 'Nanjing',
    'ap-hongkong': 'Hong Kong',
    'ap-singapore': 'Singapore',
    'ap-southeast-1': 'Singapore',
    'ap-northeast-1': 'Tokyo',
    'cn-north-4': 'Beijing',
    'cn-east-3': 'Shanghai',
    'cn-south-1': 'Guangzhou',
    'us-east-1': 'Virginia',
    'us-west-1': 'Silicon Valley',
    'eu-central-1': 'Frankfurt',
  },
  udpIsOptional:
    'The UDP rule is optional: with it, “Only this laptop” tunnels find a faster way past this server more often.',
  /** The UDP ports by which private tunnels find a way past the server. */
  rendezvous: {
    optional: 'Optional.',
    gain: 'With UDP {ports} open, “Only this laptop” tunnels find a way past this server more often, and are faster.',
    without: 'Without it they still work, through the server or by the address that it sees.',
    'host-firewall': "The server's own firewall ({tool}) blocks it.",
    'security-group':
      'No answer comes back: the security group of {provider} drops it, or the network that this laptop is in.',
    'security-group-unknown':
      "No answer comes back: something in front of the server drops it, most likely the provider's security group, or the network that this laptop is in.",
    unknown:
      "No answer comes back. The server's own firewall could not be read, so the cause may be that firewall, the provider's security group, or the network that this laptop is in.",
  },
  openConsole: 'Open {provider} console',
  openThem: 'Open them',
  keptRule:
    '{tool} has the rule “{rule}” for these ports. It was not made by this app, which leaves it as it is. If it may go, run this on the server, then check again:',
  sendThis: 'Send this to the owner of the account',
  request:
    'Hello. The server {server} needs one inbound rule in its security group: {rules}. Where: {where} Thank you. | Hello. The server {server} needs {n} inbound rules in its security group: {rules}. Where: {where} Thank you.',
  requestRule: 'allow, protocol {protocol}, port range {ports}, source {source}',
  requestAnd: '; and ',
  anyProvider: "the provider's web page, security group or firewall of the server.",
}
