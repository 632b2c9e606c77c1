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
  },
  withTime: '{state} · {time}',
  cause: 'Cause.',
  fix: 'Fix.',
  causes: {
    'host-firewall':
      "The server's own firewall ({tool}) turns these ports away. What stands in front of the server lets them through.",
    'security-group':
      "{provider}'s security group drops these ports before they reach the server. The server's own firewall lets them through.",
    'security-group-unknown':
      "Something in front of the server drops these ports before they reach it, most likely the provider's security group. The server's own firewall lets them through.",
    unknown:
      "These ports get no answer from this laptop. The server's own firewall could not be read, so it may be that one or the provider's security group.",
  },
  fixes: {
    'host-firewall': 'Add this rule. It only lets ports in; the rule for SSH is not touched.',
    'security-group': 'Add this inbound rule to the security group.',
    'security-group-of': 'Add this inbound rule to the security group of {instance}.',
    'security-group-in': 'Add this inbound rule to the security group of {instance} in {region}.',
    unknown: "Add this inbound rule on the provider's web page, where it says security group or firewall.",
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
  openConsole: 'Open {provider} console',
  openThem: 'Open them',
  sendThis: 'Send this to whoever has the account',
  request:
    'Hello. The server {server} needs one inbound rule in its security group: allow, protocol {protocol}, port range {ports}, source {source}. Where: {where} Thank you.',
  anyProvider: "the provider's web page, security group or firewall of the server.",
}
