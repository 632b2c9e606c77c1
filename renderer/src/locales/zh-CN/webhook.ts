import type { webhook as en } from '../en/webhook.ts'
import type { Translation } from '../translation.ts'

export const webhook: Translation<typeof en> = {
  title: '本机合上时',
  text: '云服务器可以自己向聊天群发消息：实验室主机和受监测的服务中断一分钟及恢复、流量上限、访客通行证，以及你在实验室主机页面上要求通知的进程结束和 GPU 空闲。实验室主机的磁盘和内存只在本应用运行时通知。免打扰由聊天软件设置。',
  kinds: {
    feishu: '飞书',
    dingtalk: '钉钉',
    wecom: '企业微信',
    slack: 'Slack',
    json: 'JSON',
  },
  none: '没有 Webhook',
  set: '设置 Webhook…',
  change: '更改…',
  remove: '移除 Webhook',
  test: '发送测试消息',
  more: '{server} 的更多操作',
  old: '那里的 nps 版本太旧，不支持 Webhook。请重新部署该云服务器。',
  away: '云服务器没有应答，状态未知。',
  waiting: '{n} 条待发送',
  lost: '{n} 条未送达',
  last: '上一条消息：{time}',
  said: {
    taken: '{kind}已收下。',
    takenWords: '{kind}已收下：“{said}”',
    refused: '{kind}没有收下（状态 {status}）。',
    refusedWords: '{kind}没有收下（状态 {status}）：“{said}”',
    unreachable: '从 {server} 连不上{kind}：“{said}”',
    timeout: '{kind}在 10 秒内没有应答 {server}。',
  },
  form: {
    title: '{server} 的 Webhook',
    kind: '发送到',
    url: 'Webhook 地址',
    urlHint: {
      feishu: '在群里：设置、群机器人、添加机器人、自定义机器人。',
      dingtalk: '在群里：群设置、机器人、自定义。自定义关键词填 NPS。',
      wecom: '在群里：添加群机器人。',
      slack: 'Slack 应用设置里的 Incoming Webhooks。',
      json: '它会收到一个 JSON 的 POST；字段见 docs/cli.md。',
    },
    urlWrong: '以 https:// 开头；只有云服务器本机可以用 http://',
    secret: '签名密钥（机器人要求时填写）',
    note: '有这个地址的人都能向群里发消息。它由 {server} 保存，不会再显示；消息使用本应用的语言。',
    action: '保存并发送测试消息',
  },
}
