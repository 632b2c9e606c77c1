import type { ServiceKind, TunnelKind } from '@nps-desktop/electron/contract'

interface KindWords {
  /** The label of its button. */
  button: string
  /** What to keep in mind while its port is open to everybody. */
  whenOpen: string
}

/** The words for each kind of tunnel; a service also has its name, and `about` says what it is for before it is added. */
export const kinds = {
  ssh: {
    title: 'SSH',
    about: 'A shell on the lab box',
    button: 'Copy ssh command',
    whenOpen: 'SSH checks who signs in. Use a key, or a long password.',
  },
  jupyter: {
    title: 'Jupyter',
    about: 'Your notebooks on the lab box',
    button: 'Open notebook',
    whenOpen: 'Its token keeps others out, but plain HTTP hides neither the token nor your notebooks.',
  },
  tensorboard: {
    title: 'TensorBoard',
    about: 'Your training curves on the lab box',
    button: 'Open board',
    whenOpen: 'TensorBoard asks for no password: whoever finds the port sees your curves.',
  },
  code: {
    title: 'VS Code',
    about: 'VS Code in the browser, from code-server on the lab box',
    button: 'Open VS Code',
    whenOpen: 'Plain HTTP hides neither the password nor your files from whoever is on the way.',
  },
  rdp: {
    title: 'Remote Desktop',
    about: 'The desktop of a Windows or xrdp lab box',
    button: 'Copy address',
    whenOpen: 'Passwords of remote desktops are tried all day. Use a long one.',
  },
  vnc: {
    title: 'VNC',
    about: 'The desktop of the lab box, by VNC',
    button: 'Copy address',
    whenOpen: 'VNC encrypts nothing, and its password has at most eight characters.',
  },
  llm: {
    title: 'LLM server',
    about: 'A model for programs that speak the OpenAI protocol, as vLLM serves it',
    button: 'Copy base URL',
    whenOpen: 'Whoever finds the port can use the model, unless it was started with a key.',
  },
  web: {
    title: 'Web page',
    about: 'Any page that the lab box shows, such as Gradio, Streamlit or MLflow',
    button: 'Open page',
    whenOpen: 'Make sure that the page asks for a password.',
  },
  tcp: {
    button: 'Copy address',
    whenOpen: 'Make sure that the service behind it asks for a password.',
  },
  udp: {
    button: 'Copy address',
    whenOpen: 'Make sure that the service behind it asks for a password.',
  },
  socks5: {
    button: 'Copy address',
    whenOpen: 'Whoever finds the port and knows its password reaches the lab’s network.',
  },
  httpProxy: {
    button: 'Copy address',
    whenOpen: 'Whoever finds the port and knows its password reaches the lab’s network.',
  },
  host: {
    button: 'Open page',
    whenOpen: 'Make sure that the page behind it asks for a password.',
  },
  file: {
    button: 'Open folder',
    whenOpen: 'Whoever finds the port sees what is in the folder, unless it has a password.',
  },
} satisfies Record<TunnelKind, KindWords> & Record<ServiceKind, { title: string; about: string }>
