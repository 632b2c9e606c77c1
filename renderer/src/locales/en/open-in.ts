/** A lab box in other programs of this laptop, and the app's entries in the ssh settings. */
export const openIn = {
  title: 'Open in',
  heading: 'Open in',
  terminal: 'Terminal',
  vscode: 'VS Code',
  cursor: 'Cursor',
  gateway: 'JetBrains Gateway',
  note: {
    terminal: 'With this ssh command',
    vscode: 'Remote-SSH',
    cursor: 'Remote-SSH',
    gateway: 'Its form, filled in',
  },
  copy: 'Copy ssh command',
  opening: 'Opening {lab} in {program}',
  failedTitle: '{program} did not open {lab}',
  ask: {
    title: 'Keep entries in your ssh settings?',
    text: '{program} and ssh then know {lab} by its name and check its host key, also after its address or port has changed.',
    files:
      'One line is added at the top of {config}; the entries themselves stand in {own}. Nothing else is touched, and a switch in Settings takes both out again.',
    keep: 'Keep entries and open',
    without: 'Open without entries',
  },
  settings: {
    title: 'Open in other programs',
    entries: 'Keep entries in the ssh settings',
    entriesText: 'Lab boxes with an SSH tunnel have a name for ssh, VS Code and others: {names}',
    entriesOff: 'Lab boxes with an SSH tunnel get a name for ssh, VS Code and others, in {own}.',
    none: 'no lab box has an SSH tunnel yet',
  },
}
