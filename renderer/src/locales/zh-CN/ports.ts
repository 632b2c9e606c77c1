import type { ports as en } from '../en/ports.ts'
import type { Words } from '../words.ts'

export const ports: Words<typeof en> = {
  summary: '端口 {from}–{to}：{counts}',
  openOf: '{total} 个中有 {open} 个开放',
  wasOpen: '曾开放',
  state: {
    untried: '尚未检查',
    open: '开放',
    'refused-open': '开放',
    'no-answer': '无应答',
    'closed-on-server': '被服务器自身的防火墙关闭',
    used: '已占用',
  },
  withTime: '{state} · {time}',
  cause: '原因：',
  fix: '解决：',
  causes: {
    'host-firewall': '服务器自身的防火墙（{tool}）挡住了这些端口；服务器前面没有东西拦它们。',
    'security-group': '{provider}安全组在到达服务器之前就丢弃了这些端口的连接；服务器自身的防火墙是放行的。',
    'security-group-unknown':
      '连接在到达服务器之前就被丢弃了，多半是云厂商的安全组所为；服务器自身的防火墙是放行的。',
    unknown: '这些端口对本机没有应答。无法读取服务器自身的防火墙，因此可能是它，也可能是云厂商的安全组。',
  },
  fixes: {
    'host-firewall': '添加下面这条规则。它只放行端口，不会动 SSH 的规则。',
    'security-group': '在安全组中添加这条入方向规则。',
    'security-group-of': '在 {instance} 的安全组中添加这条入方向规则。',
    'security-group-in': '在 {instance}（{region}）的安全组中添加这条入方向规则。',
    unknown: '在云厂商的网页上找到安全组或防火墙，添加这条入方向规则。',
  },
  rule: {
    action: '策略',
    allow: '允许',
    direction: '方向',
    inbound: '入方向',
    protocol: '协议',
    range: '端口范围',
    source: '来源',
  },
  where: {
    aliyun: '云服务器 ECS › 实例 › 该实例 › 安全组 › 入方向 › 手动添加。',
    tencent: '云服务器 CVM › 实例 › 该实例 › 安全组 › 编辑规则 › 入站规则。',
    huawei: '弹性云服务器 ECS › 该服务器 › 安全组 › 入方向规则 › 添加规则。',
    aws: 'EC2 › 实例 › 该实例 › 安全 › 所属安全组 › 编辑入站规则。',
    google: 'VPC 网络 › 防火墙 › 创建防火墙规则，方向为入站。',
    azure: '虚拟机 › 该虚拟机 › 网络 › 添加入站端口规则。',
  },
  providers: {
    aliyun: '阿里云',
    tencent: '腾讯云',
    huawei: '华为云',
    aws: 'AWS ',
    google: 'Google Cloud ',
    azure: 'Azure ',
    unknown: '云厂商',
  },
  openConsole: '打开{provider}控制台',
  openThem: '放行',
  sendThis: '复制给管理账号的人',
  request:
    '您好，服务器 {server} 的安全组需要一条入方向规则：允许，协议 {protocol}，端口范围 {ports}，来源 {source}。位置：{where}谢谢。',
  anyProvider: '云厂商网页上该服务器的安全组或防火墙。',
}
