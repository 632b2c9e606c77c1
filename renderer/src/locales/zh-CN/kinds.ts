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
  code: {
    about: '浏览器里的 VS Code，由实验室主机上的 code-server 提供',
    button: '打开 VS Code',
    whenOpen: '明文 HTTP 对途中的人既不隐藏密码，也不隐藏你的文件。',
  },
  rdp: {
    about: 'Windows 或 xrdp 主机的桌面，3389 端口',
    button: '复制地址',
    whenOpen: '远程桌面的密码整天都有人在试。请使用足够长的密码。',
  },
  vnc: {
    about: '通过 VNC 使用桌面，实验室主机的 5900 端口',
    button: '复制地址',
    whenOpen: 'VNC 不加密，密码最多八个字符。',
  },
  llm: {
    about: '供使用 OpenAI 协议的程序调用的模型，例如 vLLM',
    button: '复制基地址',
    whenOpen: '除非启动时设置了密钥，找到端口的人都能使用这个模型。',
  },
  web: {
    about: '实验室主机上的任意网页，例如 Gradio、Streamlit 或 MLflow',
    button: '打开网页',
    whenOpen: '请确认这个页面需要密码。',
  },
  tcp: {
    button: '复制地址',
    whenOpen: '请确认其后的服务需要密码。',
  },
  udp: {
    button: '复制地址',
    whenOpen: '请确认其后的服务需要密码。',
  },
  socks5: {
    button: '复制地址',
    whenOpen: '找到端口并知道密码的人都能访问实验室网络。',
  },
  httpProxy: {
    button: '复制地址',
    whenOpen: '找到端口并知道密码的人都能访问实验室网络。',
  },
  host: {
    button: '打开网页',
    whenOpen: '请确认其后的网页需要密码。',
  },
  file: {
    button: '打开文件夹',
    whenOpen: '没有密码时，找到端口的人都能看到文件夹中的内容。',
  },
}
