import type { guests as en } from '../en/guests.ts'
import type { Translation } from '../translation.ts'

export const guests: Translation<typeof en> = {
  title: '访客通行证',
  text: '只通往这一条隧道，到期失效',
  make: '新建访客通行证…',
  makeIt: '新建',
  makeTitle: '{tunnel} 的访客通行证',
  name: '发给谁',
  namePlaceholder: '同门',
  who: '访客',
  until: '有效期至',
  untils: { today: '今天结束时', threeDays: '三天', month: '三十天', date: '指定日期' },
  date: '最后一天',
  dateWrong: '请选择今天起三十天以内的日期，例如 2027-01-31。',
  way: '访客如何连接',
  ways: { line: '由访客运行一行命令', address: '从一个地址，经公网端口' },
  address: '访客的地址',
  addressHint: '填写访客的公网地址。IPv6 地址只看前一半。',
  addressWrong: '请输入地址，例如 203.0.113.7。',
  lineCan:
    '访客运行一行 npc 命令，就能在自己的电脑上用一个端口访问 {lab} 的 {target}，全程加密；除此之外什么也访问不到。拿到这行命令的人就是访客。',
  addressCan:
    '到期之前，使用这个地址的所有人都能使用 {tunnel} 的公网端口。不需要密码；服务自身不加密的内容也不会加密。',
  lineTitle: '把这行命令发给 {name}。它只显示这一次。',
  lineText: 'npc 随 NPS Desktop 和每个 nps 提供。流量经过云服务器并计入用量；内容只有 {lab} 和访客能读。',
  done: '完成',
  none: '还没有访客通行证。',
  unopened: '还没有用过',
  from: '来自 {address}',
  opened: '首次使用：{time}',
  lastUsed: '最近使用',
  never: '从未',
  revoke: '撤销',
  revoked: '已撤销 · {n} 秒',
}
