import type { kinds as en } from '../en/kinds.ts'
import type { Translation } from '../translation.ts'

export const kinds: Translation<typeof en> = {
  ssh: {
    about: '终端，实验室主机的 22 端口',
    button: '复制 ssh 命令',
    whenOpen: 'SSH 会验证登录者。请使用密钥或足够长的密码。',
  },
  jupyter: {
    about: '你的 Notebook，实验室主机的 8888 端口',
    button: '打开 Notebook',
    whenOpen: 'token 把别人挡在外面，但明文 HTTP 既不隐藏 token，也不隐藏你的 Notebook。',
  },
  tensorboard: {
    about: '你的训练曲线，实验室主机的 6006 端口',
    button: '打开 TensorBoard',
    whenOpen: 'TensorBoard 没有密码：找到端口的人都能看到你的曲线。',
  },
  tcp: {
    button: '复制地址',
    whenOpen: '请确认其后的服务需要密码。',
  },
}
