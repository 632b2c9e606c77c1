import type { kinds as en } from '../en/kinds.ts'
import type { Translation } from '../translation.ts'

export const kinds: Translation<typeof en> = {
  ssh: {
    title: 'SSH',
    about: '实验室主机上的终端',
    button: '复制 ssh 命令',
    whenOpen: 'SSH 会验证登录者。请使用密钥或足够长的密码。',
  },
  jupyter: {
    title: 'Jupyter',
    about: '实验室主机上你的 Notebook',
    button: '打开 Notebook',
    whenOpen: '没有 token 的人无法使用，但明文 HTTP 传输时，token 和 Notebook 的内容都可能被人看到。',
  },
  tensorboard: {
    title: 'TensorBoard',
    about: '实验室主机上你的训练曲线',
    button: '打开 TensorBoard',
    whenOpen: 'TensorBoard 没有密码：找到端口的人都能看到你的曲线。',
  },
  code: {
    title: 'VS Code',
    about: '浏览器里的 VS Code，由实验室主机上的 code-server 提供',
    button: '打开 VS Code',
    whenOpen: '明文 HTTP 传输时，途中的人能看到密码和你的文件。',
  },
  rdp: {
    title: '远程桌面',
    about: 'Windows 或 xrdp 主机的桌面',
    button: '复制地址',
    whenOpen: '随时有人在尝试远程桌面的密码。请使用足够长的密码。',
  },
  vnc: {
    title: 'VNC',
    about: '通过 VNC 使用实验室主机的桌面',
    button: '复制地址',
    whenOpen: 'VNC 不加密，密码最多八个字符。',
  },
  llm: {
    title: '大模型服务',
    about: '供使用 OpenAI 协议的程序调用的模型，例如 vLLM',
    button: '复制 base URL',
    whenOpen: '除非启动时设置了密钥，找到端口的人都能使用这个模型。',
  },
  web: {
    title: '网页',
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
