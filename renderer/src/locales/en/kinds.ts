import type { ServiceKind, TunnelKind } from '@nps-desktop/electron/contract'

interface KindWords {
  /** The label of its button. */
  button: string
  /** What to keep in mind while its port is open to everybody. */
  whenOpen: string
}

/** The words for each kind of tunnel; `about` says what a service is for before it is added. */
export const kinds = {
  ssh: {
    about: 'A shell, port 22 of the lab box',
    button: 'Copy ssh command',
    whenOpen: 'SSH checks who signs in. Use a key, or a long password.',
  },
  jupyter: {
    about: 'Your notebooks, port 8888 of the lab box',
    button: 'Open notebook',
    whenOpen: 'Its token keeps others out, but plain HTTP hides neither the token nor your notebooks.',
  },
  tensorboard: {
    about: 'Your training curves, port 6006 of the lab box',
    button: 'Open board',
    whenOpen: 'TensorBoard asks for no password: whoever finds the port sees your curves.',
  },
  tcp: {
    button: 'Copy address',
    whenOpen: 'Make sure that the service behind it asks for a password.',
  },
} satisfies Record<TunnelKind, KindWords> & Record<ServiceKind, { about: string }>
